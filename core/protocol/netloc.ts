/** Where clients reach a server: `HOST[:PORT]`, as it goes into CA names and CRL distribution points. */
import { CaucaseError } from "../errors.ts";

export interface Netloc {
  /** As given. */
  readonly text: string;
  /** A DNS name in lower case, or an IP address without brackets. */
  readonly host: string;
  /** The port of HTTP; 80 where none is given. */
  readonly port: number;
}

const HTTP_PORT = 80;
const MAX_PORT = 65_535;

/** @throws `usage` */
export function parseNetloc(text: string): Netloc {
  const [, host, , port] = /^([a-z0-9._-]+|(\[[0-9a-f:.]+\]))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const url = host === undefined ? null : URL.parse(`http://${host}/`);
  const number = port === undefined ? HTTP_PORT : Number(port);
  if (url === null || number < 1 || number > MAX_PORT) {
    throw new CaucaseError("usage", `--netloc: ${JSON.stringify(text)} is not HOST or HOST:PORT`, {
      hint: "for instance ca.example.com, 192.0.2.1:8000 or [2001:db8::1]:8000",
    });
  }
  if (number === MAX_PORT) {
    throw new CaucaseError("usage", `--netloc: ${JSON.stringify(text)} leaves no next port for HTTPS`);
  }
  return { text, host: url.hostname.replace(/^\[|\]$/g, ""), port: number };
}

/** The port of HTTPS beside one of HTTP: the next one, and 443 for 80. */
export function httpsPortBeside(httpPort: number): number {
  return httpPort === HTTP_PORT ? 443 : httpPort + 1;
}

/** URI under which the CRL of one CA certificate is found: the distribution point in certificates for services. */
export function crlUri(netloc: Netloc, keyIdentifier: string): string {
  return `http://${netloc.text}/cas/crl/${BigInt(`0x${keyIdentifier}`)}`;
}
