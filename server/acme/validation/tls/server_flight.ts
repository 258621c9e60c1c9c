/** What a TLS 1.2 server answers to a ClientHello, as far as the proof of its key (RFC 5246 7.4). */
import { asciiText } from "../../../../core/text.ts";
import { malformed } from "../../../../core/errors.ts";
import type { SignatureAlgorithm } from "../../../../core/keys/signature_algorithm.ts";
import { CIPHER_SUITES, EXTENSION, GROUPS, TLS_1_2 } from "./client_hello.ts";
import type { HandshakeMessage } from "./handshake_reader.ts";
import { SIGNATURE_SCHEMES } from "./signature_schemes.ts";
import { VectorReader } from "./vector_reader.ts";

export interface ServerHello {
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** The kind of key that signs; `EC` is also Ed25519. */
  readonly keyKind: "RSA" | "EC";
  /** The application protocol that the server chose, one character for each byte; undefined when it chose none. */
  readonly protocol: string | undefined;
}

export interface ServerKeyExchange {
  /** What is signed, with both randoms in front. */
  readonly parameters: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

export interface ServerFlight {
  readonly hello: ServerHello;
  /** DER of the server's own certificate. */
  readonly certificate: Uint8Array;
  readonly keyExchange: ServerKeyExchange;
}

const MESSAGE = { SERVER_HELLO: 2, CERTIFICATE: 11, SERVER_KEY_EXCHANGE: 12 } as const;

/** Takes the messages of a flight in their order. */
export class FlightReader {
  #hello: ServerHello | undefined;
  #certificate: Uint8Array | undefined;

  /**
   * The flight, once `message` is the last that is needed of it.
   * @throws `malformed`, also for a message at another place than its own
   */
  take({ type, body }: HandshakeMessage): ServerFlight | undefined {
    if (this.#hello === undefined) {
      expectType(type, MESSAGE.SERVER_HELLO);
      this.#hello = readServerHello(body);
    } else if (this.#certificate === undefined) {
      expectType(type, MESSAGE.CERTIFICATE);
      this.#certificate = readCertificates(body);
    } else {
      expectType(type, MESSAGE.SERVER_KEY_EXCHANGE);
      return { hello: this.#hello, certificate: this.#certificate, keyExchange: readServerKeyExchange(body) };
    }
    return undefined;
  }
}

function expectType(type: number, expected: number): void {
  if (type !== expected) throw malformed(`TLS handshake message ${type} where ${expected} belongs`);
}

function readServerHello(body: Uint8Array): ServerHello {
  const reader = new VectorReader(body, "ServerHello");
  const version = reader.number(2);
  if (version !== TLS_1_2) throw malformed(`ServerHello of version 0x${version.toString(16)}, which was not offered`);
  const random = reader.take(32);
  if (reader.vector(1).length > 32) throw malformed("ServerHello with a session id of over 32 bytes");
  const keyKind = CIPHER_SUITES.get(reader.number(2));
  if (keyKind === undefined) throw malformed("ServerHello with a cipher suite that was not offered");
  if (reader.number(1) !== 0) throw malformed("ServerHello with compression, which was not offered");
  const extensions = reader.done ? new Map<number, Uint8Array>() : readExtensions(reader.enter(2));
  reader.end();
  return { random, keyKind, protocol: readProtocol(extensions.get(EXTENSION.ALPN)) };
}

const OFFERED: ReadonlySet<number> = new Set(Object.values(EXTENSION));

/** Content by type. @throws `malformed` for one that stands twice, or was not offered (RFC 5246 7.4.1.4) */
function readExtensions(reader: VectorReader): Map<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>();
  while (!reader.done) {
    const type = reader.number(2);
    if (!OFFERED.has(type)) throw malformed(`ServerHello with the extension ${type}, which was not offered`);
    if (extensions.has(type)) throw malformed(`ServerHello with the extension ${type} twice`);
    extensions.set(type, reader.vector(2));
  }
  return extensions;
}

/** RFC 7301 3.1: exactly one. */
function readProtocol(content: Uint8Array | undefined): string | undefined {
  if (content === undefined) return undefined;
  const reader = new VectorReader(content, "ServerHello");
  const list = reader.enter(2);
  reader.end();
  const protocol = asciiText(list.vector(1));
  list.end();
  return protocol;
}

/** The first certificate of the chain; the others are looked at only in their form. */
function readCertificates(body: Uint8Array): Uint8Array {
  const reader = new VectorReader(body, "Certificate message");
  const list = reader.enter(3);
  reader.end();
  if (list.done) throw malformed("Certificate message without a certificate");
  const first = list.vector(3);
  while (!list.done) list.vector(3);
  return first;
}

const NAMED_CURVE = 3;

/** RFC 8422 5.4. */
function readServerKeyExchange(body: Uint8Array): ServerKeyExchange {
  const reader = new VectorReader(body, "ServerKeyExchange");
  if (reader.number(1) !== NAMED_CURVE) throw malformed("ServerKeyExchange without a named group");
  const size = GROUPS.get(reader.number(2));
  if (size === undefined) throw malformed("ServerKeyExchange with a group that was not offered");
  if (reader.vector(1).length !== size) {
    throw malformed("ServerKeyExchange with a key of another size than its group's");
  }
  const parameters = body.subarray(0, reader.position);
  const algorithm = SIGNATURE_SCHEMES.get(reader.number(2));
  if (algorithm === undefined) throw malformed("ServerKeyExchange signed with an algorithm that was not offered");
  const signature = reader.vector(2);
  reader.end();
  return { parameters, algorithm, signature };
}
