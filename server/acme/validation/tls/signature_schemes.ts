/** How a TLS server may sign its key exchange (RFC 8446 4.2.3; in TLS 1.2 ECDSA with any curve, RFC 8422 5.1.1). */
import {
  ECDSA,
  ED25519,
  RSA_PKCS1,
  rsaPss,
  type SignatureAlgorithm,
} from "../../../../core/keys/signature_algorithm.ts";

/** In the order of preference, as the ClientHello lists them. */
export const SIGNATURE_SCHEMES: ReadonlyMap<number, SignatureAlgorithm> = new Map<number, SignatureAlgorithm>([
  [0x0403, ECDSA["SHA-256"]],
  [0x0503, ECDSA["SHA-384"]],
  [0x0603, ECDSA["SHA-512"]],
  [0x0807, ED25519],
  [0x0804, rsaPss("SHA-256", 32)],
  [0x0805, rsaPss("SHA-384", 48)],
  [0x0806, rsaPss("SHA-512", 64)],
  [0x0401, RSA_PKCS1["SHA-256"]],
  [0x0501, RSA_PKCS1["SHA-384"]],
  [0x0601, RSA_PKCS1["SHA-512"]],
]);
