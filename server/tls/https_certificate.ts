/** The server's own certificate for HTTPS: read, judged, and renewed in time, with a new key each time. */
import { utf8 } from "../../core/bytes.ts";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { CaucaseError } from "../../core/errors.ts";
import { writeFileDurably } from "../../core/host/durable_file.ts";
import { belongTogether, findKeyFile, KEY_FILE_MODE, type KeyFileContent } from "../../core/host/key_file.ts";
import { type Certificate, certificateToPem, parseCertificate } from "../../core/x509/certificate.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { findExtension, sameExtension } from "../../core/x509/extension.ts";
import { hostName, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { EMPTY_NAME } from "../../core/x509/name.ts";
import { OID } from "../../core/der/oids.ts";
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import { type Log, timeText } from "../../core/log.ts";
import { sideBySide } from "../../core/side_by_side.ts";
import { type KeyOperations, WEBCRYPTO } from "../keys/operations.ts";
import { closeToOthers, putAside } from "../secret_file.ts";

/** What the HTTPS listener shows. */
export interface HttpsIdentity {
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly certificate: Certificate;
}

export interface HttpsCertificateOptions {
  /** File that holds key and certificate, 0600. */
  readonly path: string;
  /** The HTTP CA. */
  readonly ca: CertificateAuthority;
  /** Host of netloc: a DNS name or an IP address, without brackets. */
  readonly host: string;
  readonly keyBits: number;
  /** Renew with less than this left, in seconds. */
  readonly threshold: number;
  /** WebCrypto, unless given. */
  readonly keyOperations?: KeyOperations;
  readonly log: Log;
}

export class HttpsCertificate {
  #current: HttpsIdentity | undefined;

  constructor(private readonly options: HttpsCertificateOptions) {}

  /** The identity to show at `now`, made first where there is none, or one that will not do any longer. */
  async ensureCurrent(now: number): Promise<HttpsIdentity> {
    const known = this.#current ??= await this.#read(now);
    if (known !== undefined && await this.#isGood(known, now)) return known;
    try {
      return this.#current = await this.#make(now);
    } catch (error) {
      // With a clock that is behind, what there is goes on being shown: it may well be good, and nothing else may be
      // signed.
      if (known === undefined || !(error instanceof CaucaseError && error.code === "clock-behind")) throw error;
      this.options.log.warning("https.not_renewed", { error });
      return known;
    }
  }

  /** What `ensureCurrent` answered last. */
  get current(): HttpsIdentity | undefined {
    return this.#current;
  }

  /** When `ensureCurrent` will make a new one. */
  renewalDueAt({ certificate: { notAfter } }: HttpsIdentity): number {
    // With more than a third of L it would be renewed again as soon as it was made.
    return notAfter - Math.min(this.options.threshold, Math.floor(this.options.ca.lifeSpan / 3));
  }

  async #isGood(identity: HttpsIdentity, now: number): Promise<boolean> {
    const { certificate } = identity;
    if (now < certificate.notBefore || now >= this.renewalDueAt(identity)) return false;
    if (!certifiesHost(certificate, this.options.host)) return false;
    return await this.options.ca.issuers.issuerOf(certificate, now) !== undefined;
  }

  /** What is in the file, if it is ours. Anything else is put aside: it may be somebody's. */
  async #read(now: number): Promise<HttpsIdentity | undefined> {
    const { path, ca, log } = this.options;
    try {
      const content = await findKeyFile(path);
      if (content === undefined) return undefined;
      await this.#closeToOthers();
      const identity = identityIn(content, path);
      if (await ca.issuers.issuerOf(identity.certificate, now) !== undefined) return identity;
      // A new and empty database in place of a mislaid one would otherwise begin new CAs without a word.
      if (now < identity.certificate.notAfter) throw notOurs(path);
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      // Anything else than a file, as a mistyped folder, is never moved away: it cannot be written either, which is
      // said then.
      if (!(await Deno.stat(path)).isFile) log.warning("https.unusable", { error });
      else log.warning("https.put_aside", { error, aside: await putAside(path, now) });
    }
    return undefined;
  }

  /**
   * Some file systems have no modes, and a file may be another's: that is said, and no reason to give up a good key.
   */
  async #closeToOthers(): Promise<void> {
    const { path, log } = this.options;
    try {
      if (await closeToOthers(path)) log.warning("https.key_was_readable", { path });
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      log.warning("https.key_is_readable", { path, error });
    }
  }

  async #make(now: number): Promise<HttpsIdentity> {
    const { path, ca, host, keyBits, keyOperations = WEBCRYPTO, log } = this.options;
    // Side by side, as the CA may have to make a key first too.
    const [issuer, key] = await sideBySide(ca.issuers.ensureSigning(now), keyOperations.generateRsaKey(keyBits));
    const csr = utf8(await buildCsr({ subject: EMPTY_NAME, extensions: [] }, await keyOperations.signerFor(key)));
    const { der, pem: certificatePem } = await ca.issuance.issueOwn({
      host,
      publicKey: key.publicKey,
      csr,
      issuer,
      now,
    });
    const keyPem = privateKeyToPem(key);
    await writeFileDurably(path, keyPem + certificatePem, { mode: KEY_FILE_MODE });
    const certificate = await parseCertificate(der);
    log.info("https.made", { notAfter: timeText(certificate.notAfter) });
    return { keyPem, certificatePem, certificate };
  }
}

/** Whether clients that go to `host` find it in the certificate. */
function certifiesHost({ extensions }: Certificate, host: string): boolean {
  const names = findExtension(extensions, OID.SUBJECT_ALT_NAME);
  return names !== undefined && sameExtension(names, subjectAltNameExtension([hostName(host)], true));
}

function identityIn({ key, certificate }: KeyFileContent, path: string): HttpsIdentity {
  if (key === undefined || certificate === undefined || !belongTogether(key, certificate)) {
    throw new CaucaseError("file", `${path}: not a key and its certificate`);
  }
  return { keyPem: privateKeyToPem(key), certificatePem: certificateToPem(certificate), certificate };
}

function notOurs(path: string): CaucaseError {
  return new CaucaseError("file", `the certificate in ${path} is of a CA that the database does not have`, {
    hint: "is --db the right one?",
  });
}
