/** A new private key and a request for a certificate for it. */
import type { Extension } from "../core/x509/extension.ts";
import { buildCsr } from "../core/x509/csr.ts";
import type { PrivateKey } from "../core/keys/private_key.ts";
import { signerFor } from "../core/keys/signer.ts";

/** What is asked for. */
export interface RequestContent {
  /** DER of a Name. */
  readonly subject: Uint8Array;
  readonly extensions: readonly Extension[];
}

export interface KeyAndRequest {
  readonly key: PrivateKey;
  readonly csrPem: string;
}

/**
 * Asks for `content` with the key that `newKey` makes. Nothing is written: the caller stores the key before it sends
 * the request.
 */
export async function makeRequest(content: RequestContent, newKey: () => Promise<PrivateKey>): Promise<KeyAndRequest> {
  const key = await newKey();
  return { key, csrPem: await buildCsr(content, await signerFor(key)) };
}
