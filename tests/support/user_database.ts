/** A database of caucase with a user CA, made without a server. */
import { DatabaseSync } from "node:sqlite";
import { utf8 } from "../../core/bytes.ts";
import type { SqlValue } from "../../core/backup/sql_literal.ts";
import { type Certificate, certificateToPem, parseCertificate } from "../../core/x509/certificate.ts";
import { commonNameDer, EMPTY_NAME } from "../../core/x509/name.ts";
import type { PublicKey } from "../../core/keys/public_key.ts";
import {
  authorityKeyIdentifierExtension,
  keyUsage,
  subjectKeyIdentifierExtension,
} from "../../core/x509/standard_extensions.ts";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { issueLeaf, leafOrder, LIFE_SPAN, NOW, type TestCa } from "./issuing.ts";
import { quietLog } from "./recorded_log.ts";
import { seedIssuers } from "./certificate_authorities.ts";
import { certificateDer } from "./structures.ts";
import { type TempFolder, tempFolder } from "./temp_folder.ts";

/** Opens it as a server would; gone when the block ends. */
export async function userDatabase(): Promise<UserDatabase> {
  const folder = await tempFolder();
  const path = `${folder.path}/caucase.sqlite`;
  const storage = await openSqliteStorage({ path, lock: false, log: quietLog });
  const { cau } = await seedIssuers(storage);
  await storage.close();
  return new UserDatabase(folder, path, cau);
}

export class UserDatabase implements AsyncDisposable {
  /** Writes beside whatever else reads. */
  readonly writer: DatabaseSync;

  constructor(readonly folder: TempFolder, readonly path: string, readonly ca: TestCa) {
    this.writer = new DatabaseSync(path);
    this.writer.exec("PRAGMA journal_mode = WAL");
  }

  /** Certifies a key from `now` on, and stores the certificate. */
  async addUser(publicKey: PublicKey, now = NOW): Promise<Certificate> {
    const content = { subject: commonNameDer("user"), extensions: [] };
    const order = { ...leafOrder(this.ca.certificate, publicKey), content, now, crlDistributionPoint: undefined };
    return this.#add(publicKey, await issueLeaf(order, this.ca), now);
  }

  /** Stores a certificate for a key as an older version issued it, without any name. */
  async addNamelessUser(publicKey: PublicKey): Promise<Certificate> {
    const { subject: issuer, keyIdentifier } = this.ca.certificate;
    const der = await certificateDer(this.ca.signer, {
      ...{ issuer, subject: EMPTY_NAME, spki: publicKey.spki, serial: 7n, notAfter: NOW + LIFE_SPAN },
      extensions: [
        authorityKeyIdentifierExtension(keyIdentifier),
        subjectKeyIdentifierExtension(publicKey.keyId),
        keyUsage([0], true),
      ],
    });
    return this.#add(publicKey, await parseCertificate(der), NOW);
  }

  #add(publicKey: PublicKey, certificate: Certificate, now: number): Certificate {
    const pem = utf8(certificateToPem(certificate));
    this.addRow("caucrt", [null, utf8(publicKey.keyId), BigInt(now + LIFE_SPAN), utf8("a request"), pem]);
    return certificate;
  }

  revoke({ serial }: Certificate): void {
    this.addRow("caurevoked", [`${serial}`, BigInt(NOW), BigInt(NOW + LIFE_SPAN)]);
  }

  addRow(table: string, values: readonly SqlValue[]): void {
    this.writer.prepare(`INSERT INTO ${table} VALUES (${values.map(() => "?").join(", ")})`).run(...values);
  }

  /** Every row of a table, as arrays. */
  rows(table: string): unknown[][] {
    const statement = this.writer.prepare(`SELECT * FROM "${table}"`);
    statement.setReadBigInts(true);
    return statement.all().map((row) => Object.values(row));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.writer.isOpen) this.writer.close();
    await this.folder[Symbol.asyncDispose]();
  }
}
