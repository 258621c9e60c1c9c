/** Signed requests of ACME, and payloads. */
import { utf8 } from "../../../core/bytes.ts";
import { newAccountKey, signJws } from "../../../tests/support/acme_client.ts";
import type { Seeds } from "./certificates.ts";

export async function acmeRequestSeeds(): Promise<Record<string, Seeds>> {
  const url = "https://ca.example.org/acme/new-account";
  const jws: Record<string, Uint8Array> = {};
  for (const alg of ["RS256", "ES256", "ES384", "ES512", "EdDSA"]) {
    const { jwk, privateKey } = await newAccountKey(alg);
    jws[alg] = json(await signJws({ contact: [] }, { alg, jwk: JSON.parse(jwk), nonce: "AAAA", url }, privateKey));
  }
  const dates = { notBefore: "2026-11-28T01:00:00Z", notAfter: "2027-02-28T01:00:00Z" };
  const identifiers = [{ type: "dns", value: "a.example.org" }, { type: "ip", value: "192.0.2.1" }];
  const inner = { protected: "e30", payload: "e30", signature: "AAAA" };
  const payloads = {
    "account": { to: "account", payload: { contact: ["mailto:a@example.org"] } },
    "authorization": { to: "authorization" },
    "challenge": { to: "challenge", payload: {} },
    "finalize": { to: "finalize", payload: { csr: "MAA" } },
    "key-change": { to: "keyChange", payload: inner },
    "new-account": { to: "newAccount", payload: { contact: [], termsOfServiceAgreed: true, onlyReturnExisting: true } },
    "new-account-bound": { to: "newAccount", payload: { externalAccountBinding: inner } },
    "new-order": { to: "newOrder", payload: { identifiers, profile: "default" } },
    "new-order-dates": { to: "newOrder", payload: { identifiers, ...dates, replaces: "AAAA.AAAA" } },
    "order": { to: "order" },
    "revoke": { to: "revokeCert", payload: { certificate: "MAA", reason: 1 } },
  };
  const texts = Object.entries(payloads).map(([name, value]) => [name, json(value)] as const);
  return { "acme-jws": jws, "acme-payload": Object.fromEntries(texts) };
}

function json(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}
