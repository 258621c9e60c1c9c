/** A backup with all that `manage --restore-backup` asks for, in files. */
import { concatBytes, utf8 } from "../../core/bytes.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { type Certificate, certificateToPem } from "../../core/x509/certificate.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import type { PublicKey } from "../../core/keys/public_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { sealBackup } from "../../core/backup/backup.ts";
import { Snapshot } from "../../server/storage/sqlite/snapshot.ts";
import type { ManageHost, ManageOrder } from "../../server/manage/manage.ts";
import type { RestoreFiles } from "../../server/manage/restore.ts";
import { DAY, LIFE_SPAN, NOW, random } from "./issuing.ts";
import { newKey, testKey } from "./keys.ts";
import { recordedLog } from "./recorded_log.ts";
import { allBytes, inChunks } from "./streams.ts";
import { type UserDatabase, userDatabase } from "./user_database.ts";

/** When the backup is restored. */
export const RESTORED_AT = NOW + 2 * DAY;

export interface Restorable extends AsyncDisposable {
  /** What the backup was made of. */
  readonly original: UserDatabase;
  /** Of the user who restores; the key is the tests' RSA key. */
  readonly certificate: Certificate;
  /** Of the new request, on P-256. */
  readonly newKey: PrivateKey;
  readonly files: RestoreFiles;
  /** An order to restore it into a database that is not there. */
  readonly order: ManageOrder;
  /** Names of all files and folders in the folder that was empty but for `files`. */
  list(): Promise<string[]>;
}

/** `change` is made to the database before the backup. */
export async function makeRestorable(
  change: (original: UserDatabase) => void = () => {},
  addUser = (original: UserDatabase, publicKey: PublicKey) => original.addUser(publicKey),
): Promise<Restorable> {
  const original = await userDatabase();
  const key = await testKey("RSA");
  const certificate = await addUser(original, key.publicKey);
  change(original);
  const folder = `${original.folder.path}/restore`;
  await Deno.mkdir(folder);
  const files = {
    backup: `${folder}/b.caucased`,
    key: `${folder}/old.pem`,
    csr: `${folder}/new.csr`,
    crt: `${folder}/new.crt`,
  };
  await backUp(original, files.backup);
  await Deno.writeTextFile(files.key, keyPem(key));
  const requested = await newKey("P-256");
  await Deno.writeTextFile(files.csr, await requestFor(requested));
  return {
    original,
    certificate,
    newKey: requested,
    files,
    order: restoreOrder(`${folder}/new.sqlite`, files),
    list: async () => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).toSorted(),
    [Symbol.asyncDispose]: () => original[Symbol.asyncDispose](),
  };
}

/** Makes a backup of the database as it is now, to the tests' RSA key whatever became of its user. */
export async function backUp(original: UserDatabase, path: string): Promise<void> {
  using snapshot = await Snapshot.open(original.path);
  const statements = await Array.fromAsync(snapshot.statements());
  await Deno.writeFile(path, await sealed(concatBytes(...statements)));
}

export function restoreOrder(db: string, restore: RestoreFiles): ManageOrder {
  const nothing = { importCa: [], importBadCa: false, importCrl: [], exportCa: undefined };
  return { ...nothing, db, restore, userLifeSpan: LIFE_SPAN };
}

/** A host that asks for no passphrases; `warnings` collects its lines. */
export function manageHost(now = RESTORED_AT): ManageHost & { readonly warnings: string[] } {
  const warnings: string[] = [];
  const refuse = () => Promise.reject(new Error("no passphrase was to be asked for"));
  const passphrases = { ofKey: refuse, forExport: refuse };
  return { now, random, passphrases, log: recordedLog(warnings), warnings };
}

export function keyPem(key: PrivateKey): string {
  return encodePem(PEM_LABEL.PKCS8, key.pkcs8);
}

export function keyAndCertificatePem(key: PrivateKey, certificate: Certificate): string {
  return keyPem(key) + certificateToPem(certificate);
}

export async function requestFor(key: PrivateKey): Promise<string> {
  return await buildCsr({ subject: commonNameDer("anybody"), extensions: [] }, await signerFor(key));
}

/** A backup of any statements, to the tests' RSA key: each text is followed by a zero byte. */
export async function backupOf(statements: readonly string[]): Promise<Uint8Array> {
  return await sealed(concatBytes(...statements.map((sql) => utf8(`${sql}\0`))));
}

async function sealed(dump: Uint8Array): Promise<Uint8Array> {
  return await allBytes(sealBackup(inChunks(dump), { recipients: [(await testKey("RSA")).publicKey], random }));
}
