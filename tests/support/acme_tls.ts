/** TLS servers for tls-alpn-01, right and wrong: their certificates, their flights, and sockets that say them. */
import { type Bytes, concatBytes, joinBytes, utf8 } from "../../core/bytes.ts";
import { OID } from "../../core/der/oids.ts";
import { derOctetString } from "../../core/der/writer.ts";
import { digest } from "../../core/keys/hashes.ts";
import { type Signer, signerFor } from "../../core/keys/signer.ts";
import type { Extension } from "../../core/x509/extension.ts";
import { dnsName, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { testKey, type TestKeyKind } from "./keys.ts";
import { certificateDer, type WantedCertificate } from "./structures.ts";
import { KEY_AUTHORIZATION } from "./validation.ts";

/** acmeIdentifier for a key authorization. */
export async function acmeIdentifier(keyAuthorization = KEY_AUTHORIZATION): Promise<Extension> {
  const value = derOctetString(await digest("SHA-256", utf8(keyAuthorization)));
  return { oid: OID.ACME_IDENTIFIER, critical: true, value };
}

/** The right certificate for `www.example`, unless other things are wanted. */
export async function acmeCertificate(signer: Signer, wanted: WantedCertificate = {}): Promise<Bytes> {
  const extensions = [subjectAltNameExtension([dnsName("www.example")], false), await acmeIdentifier()];
  return await certificateDer(signer, { extensions, ...wanted });
}

export interface WantedFlight {
  readonly kind?: TestKeyKind;
  /** For the signer unless given. */
  readonly certificate?: Bytes;
  readonly version?: number;
  readonly cipherSuite?: number;
  /** Extensions of ServerHello; the right ALPN alone unless given. */
  readonly extensions?: Bytes;
  /** What the client's random number is taken for. */
  readonly clientRandom?: Uint8Array;
  readonly scheme?: number;
  readonly damageSignature?: (signature: Bytes) => Bytes;
}

const SCHEME: Readonly<Record<TestKeyKind, number>> = {
  "RSA": 0x0401,
  "P-256": 0x0403,
  "P-384": 0x0503,
  "P-521": 0x0603,
  "Ed25519": 0x0807,
};

/** Handshake messages of a server that answers a ClientHello with this random number. */
export async function flightMessages(clientRandom: Uint8Array, wanted: WantedFlight = {}): Promise<Bytes[]> {
  const { kind = "P-256", version = 0x0303, extensions = alpn("acme-tls/1") } = wanted;
  const signer = await signerFor(await testKey(kind));
  const random = new Uint8Array(32).fill(9);
  const suite = wanted.cipherSuite ?? (kind === "RSA" ? 0xc02f : 0xc02b);
  const hello = message(2, uint16(version), random, vector(1), uint16(suite), Uint8Array.of(0), vector(2, extensions));
  const certificate = wanted.certificate ?? await acmeCertificate(signer);
  const parameters = concatBytes(Uint8Array.of(3), uint16(29), vector(1, new Uint8Array(32).fill(5)));
  const signed = await signer.sign(concatBytes(wanted.clientRandom ?? clientRandom, random, parameters));
  const signature = wanted.damageSignature?.(signed) ?? signed;
  const scheme = uint16(wanted.scheme ?? SCHEME[kind]);
  return [
    hello,
    message(11, vector(3, vector(3, certificate))),
    message(12, parameters, scheme, vector(2, signature)),
    message(14),
  ];
}

/** ALPN with the protocols that a server chose. */
export function alpn(...protocols: readonly string[]): Bytes {
  return extension(16, vector(2, ...protocols.map((protocol) => vector(1, utf8(protocol)))));
}

export function extension(type: number, content: Uint8Array): Bytes {
  return concatBytes(uint16(type), vector(2, content));
}

/** Records of at most `size` bytes each that hold what is given. */
export function records(messages: readonly Uint8Array[], size = 2 ** 14): Bytes {
  const all = joinBytes(messages);
  const starts = Array.from({ length: Math.ceil(all.length / size) }, (_, index) => index * size);
  return joinBytes(starts.map((start) => record(22, all.subarray(start, start + size))));
}

export function record(type: number, content: Uint8Array): Bytes {
  return concatBytes(Uint8Array.of(type, 3, 3), vector(2, content));
}

function message(type: number, ...content: readonly Uint8Array[]): Bytes {
  return concatBytes(Uint8Array.of(type), vector(3, ...content));
}

function vector(size: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Bytes {
  const content = joinBytes(parts);
  return concatBytes(Uint8Array.of(content.length >> 16, content.length >> 8, content.length).slice(3 - size), content);
}

function uint16(number: number): Bytes {
  return Uint8Array.of(number >> 8, number);
}

/** What a server says after a ClientHello, given the client's random number; then it closes, or waits. */
export type TlsAnswer = (clientRandom: Uint8Array) => Promise<readonly Uint8Array[]>;

/** Says what it is told to each client, piece by piece. */
export class TlsStub implements AsyncDisposable {
  /** ClientHellos as they came. */
  readonly hellos: Uint8Array[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #ended: Promise<void>;
  readonly #answered = Promise.withResolvers<void>();
  readonly #hungUp = Promise.withResolvers<void>();
  readonly #open = new Set<Deno.Conn>();

  constructor(private readonly answer: TlsAnswer, private readonly afterwards: "close" | "wait" = "close") {
    this.#ended = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Resolves once a client got the whole answer. */
  get answered(): Promise<void> {
    return this.#answered.promise;
  }

  /** Resolves once a client that was made to wait has left. */
  get hungUp(): Promise<void> {
    return this.#hungUp.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) connection.close();
    this.#open.clear();
    await this.#ended;
  }

  async #accept(): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      connection.setNoDelay();
      serving.push(this.#serve(connection));
    }
    await Promise.all(serving);
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    try {
      const buffer = new Uint8Array(4096);
      const hello = buffer.slice(0, await connection.read(buffer) ?? 0);
      this.hellos.push(hello);
      // After the headers of record and message, and the version.
      for (const piece of await this.answer(hello.slice(11, 43))) await writeAll(connection, piece);
      this.#answered.resolve();
      if (this.afterwards === "wait") { while (await connection.read(buffer) !== null); }
    } catch (error) {
      if (!isHangUp(error)) throw error;
    } finally {
      this.#hungUp.resolve();
      if (this.#open.delete(connection)) connection.close();
    }
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
}

function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}
