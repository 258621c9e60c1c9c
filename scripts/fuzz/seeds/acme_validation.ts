/** What honest hosts say to the validator of ACME. */
import { dnsName, ipAddress, subjectAltNameExtension } from "../../../core/x509/general_name.ts";
import { signerFor } from "../../../core/keys/signer.ts";
import { acmeCertificate, acmeIdentifier, flightMessages, records } from "../../../tests/support/acme_tls.ts";
import { TEST_KEY_KINDS, testKey } from "../../../tests/support/keys.ts";
import { CLIENT_RANDOM } from "../targets/acme_validation.ts";
import type { Seeds } from "./certificates.ts";

export async function acmeValidationSeeds(): Promise<Record<string, Seeds>> {
  const flights: Record<string, Uint8Array> = {};
  const certificates: Record<string, Uint8Array> = {};
  for (const kind of TEST_KEY_KINDS) {
    flights[kind] = records(await flightMessages(CLIENT_RANDOM, { kind }));
    certificates[kind] = await acmeCertificate(await signerFor(await testKey(kind)));
  }
  const messages = await flightMessages(CLIENT_RANDOM);
  flights["fragmented"] = records(messages, 100);
  flights["no-extensions"] = records(await flightMessages(CLIENT_RANDOM, { extensions: new Uint8Array() }));
  const signer = await signerFor(await testKey("P-256"));
  const names = [dnsName("www.example"), ipAddress("192.0.2.1")];
  const extensions = [subjectAltNameExtension(names, false), await acmeIdentifier()];
  certificates["two-names"] = await acmeCertificate(signer, { extensions });
  return { "tls-flight": flights, "acme-certificate": certificates };
}
