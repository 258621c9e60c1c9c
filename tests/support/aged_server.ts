/**
 * A server some years old: its CA for users was followed by another twice, and the test holds the keys of all of
 * them.
 */
import { bytesToBigInt } from "../../core/bytes.ts";
import { CA_LIFE_SPANS } from "../../core/ca/lifecycle.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import type { Extension } from "../../core/x509/extension.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  subjectKeyIdentifierExtension,
} from "../../core/x509/standard_extensions.ts";
import { newSerial } from "../../core/x509/tbs_certificate.ts";
import { DatabaseWatch } from "./database_watch.ts";
import { type Holder, holderOf } from "./desk.ts";
import { LIFE_SPAN, newCa, newEcKey, NOW, random, type TestCa } from "./issuing.ts";
import { seedFiles, serveOptions, TestServer } from "./running_server.ts";
import { storeIssuer } from "./certificate_authorities.ts";
import { certificateDer } from "./structures.ts";
import { tempFolder } from "./temp_folder.ts";

export interface AgedServer extends AsyncDisposable {
  readonly server: TestServer;
  readonly database: DatabaseWatch;
  /** The CA for users that signs, the one before it, which has not expired, and the one before that, which has. */
  readonly cau: TestCa;
  readonly olderCau: TestCa;
  readonly retiredCau: TestCa;
  readonly cas: TestCa;
}

/** Starts it; its clock shows `NOW`. */
export async function runAgedServer(): Promise<AgedServer> {
  const folder = await tempFolder();
  const [cau, olderCau, retiredCau, cas] = await Promise.all([
    newCa({ name: "cau", now: NOW - 1.5 * LIFE_SPAN }),
    newCa({ name: "cau", now: NOW - 3 * LIFE_SPAN }),
    newCa({ name: "cau", now: NOW - CA_LIFE_SPANS * LIFE_SPAN }),
    newCa({ now: NOW - LIFE_SPAN }),
  ]);
  await seedFiles(folder.path, async (storage) => {
    for (const ca of [retiredCau, olderCau, cau]) await storeIssuer(storage.ca("cau"), ca);
    await storeIssuer(storage.ca("cas"), cas);
    const httpCa = await newCa({ name: "http_cas" });
    await storeIssuer(storage.ca("http_cas"), httpCa);
    return httpCa;
  });
  const rules = { validityDays: 93, maxPending: 1000, autoApproveCount: 0 };
  const options = serveOptions(folder.path, { user: rules, service: rules });
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
export async function holderFrom(
  ca: Pick<TestCa, "signer" | "certificate">,
  wanted: WantedHolder = {},
): Promise<Holder> {
  const { name = "holder", notBefore = NOW - 10, notAfter = NOW + LIFE_SPAN, extensions = [] } = wanted;
  const privateKey = wanted.privateKey ?? await newEcKey();
  const { spki, keyId } = privateKey.publicKey;
  const der = await certificateDer(ca.signer, {
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
