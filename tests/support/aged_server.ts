/** A server some years old: its CA for users was followed by another twice, and the test holds the keys of all of them. */
import { CA_LIFE_SPANS } from "../../core/ca/lifecycle.ts";
import type { CaStores } from "../../core/ca/stores.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { caSubject, checkCa, prepareCa } from "../../core/profiles/ca_profile.ts";
import { parseCertificate } from "../../core/x509/certificate.ts";
import type { Extension } from "../../core/x509/extension.ts";
import { newSerial, signCertificate } from "../../core/x509/tbs_certificate.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  subjectKeyIdentifierExtension,
} from "../../core/x509/standard_extensions.ts";
import { bytesToBigInt } from "../../core/bytes.ts";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { DatabaseWatch } from "./database_watch.ts";
import { type Holder, holderOf } from "./desk.ts";
import { LIFE_SPAN, newEcKey, NOW, random } from "./issuing.ts";
import { quietLog } from "./recorded_log.ts";
import { httpsIdentity, serveOptions, TestServer } from "./running_server.ts";
import { NETLOC, newIssuer, type SeededCa, storeIssuer } from "./seeded_issuers.ts";
import { certificateDer } from "./structures.ts";
import { type TempFolder, tempFolder } from "./temp_folder.ts";

export interface AgedServer extends AsyncDisposable {
  readonly server: TestServer;
  readonly database: DatabaseWatch;
  /** The CA for users that signs, the one before it, which has not expired, and the one before that, which has. */
  readonly cau: SeededCa;
  readonly olderCau: SeededCa;
  readonly retiredCau: SeededCa;
  readonly cas: SeededCa;
}

/** Starts it; its clock shows `NOW`. */
export async function runAgedServer(): Promise<AgedServer> {
  const folder = await tempFolder();
  const [cau, olderCau, retiredCau, cas] = await Promise.all([
    issuerSince("cau", NOW - 1.5 * LIFE_SPAN),
    issuerSince("cau", NOW - 3 * LIFE_SPAN),
    issuerSince("cau", NOW - CA_LIFE_SPANS * LIFE_SPAN),
    issuerSince("cas", NOW - LIFE_SPAN),
  ]);
  const https = await newIssuer("http_cas");
  await fill(folder, { cau: [retiredCau, olderCau, cau], cas: [cas], http_cas: [https] });
  const rules = { validityDays: 93, maxPending: 1000, autoApproveCount: 0 };
  const options = serveOptions(folder.path, { user: rules, service: rules });
  await Deno.writeTextFile(options.serverKey, await httpsIdentity(https), { mode: 0o600 });
  const server = new TestServer(options, folder);
  await server.start();
  await server.settle();
  const database = new DatabaseWatch(server.options.db);
  return {
    ...{ server, database, cau, olderCau, retiredCau, cas },
    async [Symbol.asyncDispose]() {
      database[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function issuerSince(role: "cau" | "cas", now: number): Promise<SeededCa> {
  const key = await newEcKey();
  const { publicKey } = key;
  const lifeSpan = CA_LIFE_SPANS * LIFE_SPAN;
  const order = { subject: caSubject(role, NETLOC), publicKey, now, lifeSpan, serial: newSerial(random) };
  const der = await signCertificate(checkCa(prepareCa(order), order), await signerFor(key));
  return { key, certificate: await parseCertificate(der) };
}

async function fill(folder: TempFolder, authorities: Record<CaStores["name"], readonly SeededCa[]>): Promise<void> {
  const { db: path } = serveOptions(folder.path);
  const storage = await openSqliteStorage({ path, lock: true, log: quietLog });
  for (const name of ["cau", "cas", "http_cas"] as const) {
    for (const { key, certificate } of authorities[name]) {
      await storeIssuer(storage.ca(name), { key, certificate });
    }
  }
  await storage.close();
}

export interface WantedHolder {
  readonly name?: string;
  readonly privateKey?: PrivateKey;
  /** Unix seconds; from now on for L unless given. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Beside those that each certificate has. */
  readonly extensions?: readonly Extension[];
}

/** Somebody with a certificate that `ca` really signed, of which no database knows. */
export async function holderFrom(ca: SeededCa, wanted: WantedHolder = {}): Promise<Holder> {
  const { name = "holder", notBefore = NOW - 10, notAfter = NOW + LIFE_SPAN, extensions = [] } = wanted;
  const privateKey = wanted.privateKey ?? await newEcKey();
  const { spki, keyId } = privateKey.publicKey;
  const der = await certificateDer(await signerFor(ca.key), {
    serial: bytesToBigInt(newSerial(random)),
    issuer: ca.certificate.subject,
    subject: commonNameDer(name),
    ...{ notBefore, notAfter, spki },
    extensions: [
      basicConstraints(false),
      subjectKeyIdentifierExtension(keyId),
      authorityKeyIdentifierExtension(ca.certificate.keyIdentifier),
      ...extensions,
    ],
  });
  return await holderOf(privateKey, encodePem(PEM_LABEL.CERTIFICATE, der));
}
