/**
 * The one message that the validator says in TLS 1.2 (RFC 5246 7.4.1.2). What is offered is what servers in use take;
 * none of it is ever negotiated to an end, as nothing is exchanged after the server's flight.
 */
import { type Bytes, concatBytes, joinBytes, utf8 } from "../../../../core/bytes.ts";
import { SIGNATURE_SCHEMES } from "./signature_schemes.ts";

export interface ClientHello {
  /** 32 bytes that nobody could know before. */
  readonly random: Uint8Array;
  /** What the SNI says, ASCII. */
  readonly serverName: string;
  /** The one application protocol that is offered. */
  readonly protocol: string;
}

export const TLS_1_2 = 0x0303;

/** Numbers of extensions (IANA). */
export const EXTENSION = {
  SERVER_NAME: 0,
  SUPPORTED_GROUPS: 10,
  EC_POINT_FORMATS: 11,
  SIGNATURE_ALGORITHMS: 13,
  ALPN: 16,
  EXTENDED_MASTER_SECRET: 23,
  RENEGOTIATION_INFO: 0xff01,
} as const;

/** Cipher suites by the kind of key that signs: ECDHE with AES-GCM or ChaCha20-Poly1305 (RFC 5289, RFC 7905). */
export const CIPHER_SUITES: ReadonlyMap<number, "RSA" | "EC"> = new Map<number, "RSA" | "EC">([
  [0xc02b, "EC"],
  [0xc02f, "RSA"],
  [0xc02c, "EC"],
  [0xc030, "RSA"],
  [0xcca9, "EC"],
  [0xcca8, "RSA"],
]);

/** Named groups with the size of a public key in them: x25519, P-256, P-384, P-521 (RFC 8422 5.1.1). */
export const GROUPS: ReadonlyMap<number, number> = new Map([[29, 32], [23, 65], [24, 97], [25, 133]]);

/** The record of a ClientHello. */
export function clientHelloRecord({ random, serverName, protocol }: ClientHello): Bytes {
  const extensions = [
    extension(EXTENSION.SERVER_NAME, vector(2, Uint8Array.of(0), vector(2, utf8(serverName)))),
    extension(EXTENSION.SUPPORTED_GROUPS, vector(2, ...[...GROUPS.keys()].map(uint16))),
    extension(EXTENSION.EC_POINT_FORMATS, vector(1, Uint8Array.of(0))),
    extension(EXTENSION.SIGNATURE_ALGORITHMS, vector(2, ...[...SIGNATURE_SCHEMES.keys()].map(uint16))),
    extension(EXTENSION.ALPN, vector(2, vector(1, utf8(protocol)))),
    extension(EXTENSION.EXTENDED_MASTER_SECRET),
    extension(EXTENSION.RENEGOTIATION_INFO, vector(1)),
  ];
  const body = [
    uint16(TLS_1_2),
    random,
    vector(1),
    vector(2, ...[...CIPHER_SUITES.keys()].map(uint16)),
    vector(1, Uint8Array.of(0)),
    vector(2, ...extensions),
  ];
  // RFC 5246 E.1: the record of a first ClientHello says TLS 1.0.
  return concatBytes(Uint8Array.of(22), uint16(0x0301), vector(2, Uint8Array.of(1), vector(3, ...body)));
}

/** The warning that nothing more comes (RFC 5246 7.2.1). */
export const CLOSE_NOTIFY: Bytes = Uint8Array.of(21, 3, 3, 0, 2, 1, 0);

function extension(type: number, ...content: readonly Uint8Array[]): Bytes {
  return concatBytes(uint16(type), vector(2, ...content));
}

/** Parts with the length of all, in `size` bytes, in front. */
function vector(size: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Bytes {
  const content = joinBytes(parts);
  const length = Uint8Array.of(content.length >> 16, content.length >> 8, content.length).subarray(3 - size);
  return concatBytes(length, content);
}

function uint16(number: number): Bytes {
  return Uint8Array.of(number >> 8, number);
}
