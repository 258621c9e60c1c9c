/**
 * Proof by a certificate that a TLS server shows for the protocol `acme-tls/1` (RFC 8737).
 *
 * No TLS client of the runtime takes that certificate: its critical extension is unknown to them. So the validator says
 * a ClientHello of its own in TLS 1.2, reads what comes until the server has signed its key exchange, and leaves. That
 * signature is over a random number of ours: it proves that the server has the certificate's key now. The handshake is
 * not ended, as nothing more would be learned; a server that speaks TLS 1.3 alone cannot be asked.
 */
import type net from "node:net";
import { type Bytes, concatBytes, type RandomSource, utf8 } from "../../../core/bytes.ts";
import { CaucaseError, describeError } from "../../../core/errors.ts";
import { digest } from "../../../core/keys/hashes.ts";
import { type VerifySignature, verifySignature } from "../../../core/keys/verify_signature.ts";
import { parseCertificate } from "../../../core/x509/certificate.ts";
import { ipAddressToText, parseIpAddress } from "../../../core/x509/ip_address.ts";
import { acmeCertificateBreach, type ExpectedCertificate } from "./acme_certificate.ts";
import { dial, type Network } from "./dial.ts";
import { failed, FailedAttempt, quoted, reasonOf } from "./failure.ts";
import { clientHelloRecord, CLOSE_NOTIFY } from "./tls/client_hello.ts";
import { HandshakeReader } from "./tls/handshake_reader.ts";
import { FlightReader, type ServerFlight } from "./tls/server_flight.ts";

export interface TlsProof {
  /** A host name in lower case, or a numeric address. */
  readonly host: string;
  readonly keyAuthorization: string;
}

/** What the attempt needs besides the network. */
export interface TlsMeans {
  readonly network: Network;
  /** Where it connects: 443, unless a network has it elsewhere. */
  readonly port: number;
  readonly random: RandomSource;
  /** WebCrypto unless given. */
  readonly verify?: VerifySignature;
}

const PROTOCOL = "acme-tls/1";

/** @throws `FailedAttempt`: `dns`, `connection`, `tls`, `incorrectResponse` */
export async function tryTlsAlpn01(proof: TlsProof, means: TlsMeans, signal: AbortSignal): Promise<void> {
  const socket = await dial({ host: proof.host, port: means.port }, means.network, signal);
  const abort = () => socket.destroy();
  signal.addEventListener("abort", abort, { once: true });
  try {
    const random = means.random(32);
    const hello = clientHelloRecord({ random, serverName: serverNameOf(proof.host), protocol: PROTOCOL });
    const flight = await flightOf(socket, hello);
    await checkFlight(flight, random, { proof, verify: means.verify ?? verifySignature });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailedAttempt) throw error;
    const type = error instanceof CaucaseError ? "tls" : "connection";
    const reason = error instanceof CaucaseError ? describeError(error) : reasonOf(error);
    throw failed(type, `TLS with ${proof.host} at port ${means.port}: ${reason}`);
  } finally {
    signal.removeEventListener("abort", abort);
    socket.destroy();
  }
}

async function flightOf(socket: net.Socket, hello: Bytes): Promise<ServerFlight> {
  socket.write(hello);
  const records = new HandshakeReader();
  const flight = new FlightReader();
  for await (const bytes of socket) {
    for (const message of records.push(bytes)) {
      const whole = flight.take(message);
      if (whole === undefined) continue;
      socket.write(CLOSE_NOTIFY);
      return whole;
    }
  }
  throw new Error("the server closed the connection in its handshake");
}

interface Expectation {
  readonly proof: TlsProof;
  readonly verify: VerifySignature;
}

async function checkFlight(flight: ServerFlight, random: Bytes, { proof, verify }: Expectation): Promise<void> {
  const { hello, keyExchange: { parameters, algorithm, signature } } = flight;
  if (hello.protocol !== PROTOCOL) {
    const chosen = hello.protocol === undefined ? "none" : quoted(hello.protocol);
    throw failed("tls", `${proof.host} does not speak ${PROTOCOL}: the protocol that it chose is ${chosen}`);
  }
  const certificate = await parseCertificate(flight.certificate);
  const key = certificate.publicKey;
  const isOfSuite = (key.kind === "RSA") === (hello.keyKind === "RSA");
  const data = concatBytes(random, hello.random, parameters);
  if (!isOfSuite || !await verify(key, algorithm, { data, signature })) {
    throw failed("tls", `${proof.host} does not prove that it has the key of its certificate`);
  }
  const breach = await acmeCertificateBreach(certificate, await expected(proof), verify);
  if (breach !== undefined) throw failed("incorrectResponse", `the certificate that ${proof.host} shows ${breach}`);
}

async function expected({ host, keyAuthorization }: TlsProof): Promise<ExpectedCertificate> {
  const address = parseIpAddress(host);
  const name = address === undefined
    ? { form: "DNS" as const, text: host }
    : { form: "IP" as const, text: ipAddressToText(address) };
  return { name, digest: await digest("SHA-256", utf8(keyAuthorization)) };
}

/** What the SNI says: an address by its name for reverse look-ups (RFC 8738 6). */
export function serverNameOf(host: string): string {
  const address = parseIpAddress(host);
  if (address === undefined) return host;
  if (address.length === 4) return `${address.toReversed().join(".")}.in-addr.arpa`;
  return `${[...address.toHex()].toReversed().join(".")}.ip6.arpa`;
}
