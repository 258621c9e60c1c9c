/** The CA certificates and keys of one CA: reads them, makes the next one in time, knows which of them signs. */
import { messageToJson, signMessageWith } from "../protocol/envelope.ts";
import { CaucaseError } from "../errors.ts";
import { onlyPem, PEM_LABEL } from "../pem.ts";
import { linkPayload } from "../protocol/ca_chain.ts";
import { checkCa, checkCaSuccessor, isForHost, prepareCa, prepareCaSuccessor } from "../profiles/ca_profile.ts";
import {
  type Certificate,
  certificateFromPem,
  certificateToPem,
  isIssuedBy,
  parseCertificate,
} from "../x509/certificate.ts";
import { type CheckedTbsCertificate, newSerial, signCertificate } from "../x509/tbs_certificate.ts";
import { generateRsaKey, privateKeyFromPem, privateKeyToPem } from "../keys/private_key.ts";
import type { PublicKey } from "../keys/public_key.ts";
import { messageSignerFor, type Signer, signerFor } from "../keys/signer.ts";
import { DueWork } from "./due_work.ts";
import { isNewIssuerDue, newest, newIssuerDueAt, signingIssuer, unexpired, type Validity } from "./lifecycle.ts";
import type { IssuerSettings } from "./settings.ts";
import { SingleFlight } from "./single_flight.ts";
import type { CaStore, StoredIssuer } from "./stores.ts";

/** One CA certificate with everything needed to use it. */
export interface Issuer extends Validity {
  readonly certificate: Certificate;
  readonly certificatePem: string;
  /** Signs certificates and CRLs. The key itself is not kept: nothing that gets hold of this can show it. */
  readonly signer: Signer;
  /** Signs messages. */
  readonly messageSigner: Signer;
}

export class Issuers {
  /**
   * All that the store holds, expired ones included; undefined until it was read, once: from then on it is kept up to date here,
   * so that one CA certificate is one object for good.
   */
  #known: readonly Issuer[] | undefined;
  #chain: { readonly of: readonly Issuer[]; readonly json: string } | undefined;
  readonly #loading = new SingleFlight<readonly Issuer[]>();
  readonly #making = new SingleFlight<void>();
  readonly #rollover: DueWork;

  constructor(private readonly store: CaStore, private readonly settings: IssuerSettings) {
    this.#rollover = new DueWork(`making a new CA certificate for ${store.name}`, settings.warn);
  }

  /**
   * Those that have not expired, oldest first; never empty. Makes a new one first when one is due, once however many ask at the
   * same time. When that fails (a full disk), the old ones go on: they have half of their life left.
   */
  async ensureValid(now: number): Promise<readonly Issuer[]> {
    const known = this.#known ?? await this.#loaded();
    if (!isNewIssuerDue(this.#usable(known), now, this.settings.lifeSpan)) return unexpired(known, now);
    await this.#rollover.attempt(() => this.#making.run(() => this.#make(now)), {
      canWait: () => unexpired(this.#usable(known), now).length > 0,
      now,
    });
    return unexpired(this.#known ?? known, now);
  }

  /** The one that signs. */
  async ensureSigning(now: number): Promise<Issuer> {
    const signing = signingIssuer(this.#usable(await this.ensureValid(now)), now, this.settings.lifeSpan);
    if (signing === undefined) throw new Error(`${this.store.name} has no CA certificate to sign with`);
    return signing;
  }

  /**
   * The one that issued `certificate`, of those that have not expired; undefined when none did. Says nothing of dates or revocation.
   * Their own certificates are issued to nobody, though self-signed: they stand for no user, and no list of theirs can revoke them.
   */
  async issuerOf(certificate: Certificate, now: number): Promise<Issuer | undefined> {
    const valid = await this.ensureValid(now);
    if (valid.some(({ signer }) => signer.publicKey.keyId === certificate.publicKey.keyId)) return undefined;
    for (const issuer of valid) {
      if (await isIssuedBy(certificate, issuer.certificate)) return issuer;
    }
    return undefined;
  }

  /** When the next CA certificate must be made. */
  async nextDueAt(now: number): Promise<number> {
    return newIssuerDueAt(this.#usable(await this.ensureValid(now)), now, this.settings.lifeSpan);
  }

  /** The signed chain from the oldest valid CA certificate to the newest, as JSON text. */
  async ensureChainJson(now: number): Promise<string> {
    const valid = await this.ensureValid(now);
    if (this.#chain === undefined || !sameMembers(this.#chain.of, valid)) {
      this.#chain = { of: valid, json: await signChain(valid) };
    }
    return this.#chain.json;
  }

  /** Deletes those that expired before `before`, with their keys. */
  async drop(before: number): Promise<void> {
    const known = this.#known ?? await this.#loaded();
    if (known.every((issuer) => issuer.notAfter >= before)) return;
    await this.store.dropIssuers(before);
    this.#known = this.#known?.filter((issuer) => issuer.notAfter >= before);
  }

  /** Those that may sign what this CA is to sign: once a server has another name, not the ones that are bound to the old one. */
  #usable(issuers: readonly Issuer[]): readonly Issuer[] {
    const { onlyHost } = this.settings;
    if (onlyHost === undefined) return issuers;
    return issuers.filter(({ certificate }) => isForHost(certificate, onlyHost));
  }

  #loaded(): Promise<readonly Issuer[]> {
    return this.#loading.run(async () => {
      const rows = await this.store.issuers();
      return this.#known = await Promise.all(rows.map((row, index) => this.#open(row, index)));
    });
  }

  async #open(row: StoredIssuer, index: number): Promise<Issuer> {
    try {
      const issuer = await openIssuer(row);
      if (issuer.certificate.authorityKeyIdentifier === undefined) {
        this.settings.warn(
          `CA certificate ${index + 1} of ${this.store.name} has no authorityKeyIdentifier: ` +
            "this server goes on, but caucased 0.9.17 would stop on this database",
        );
      }
      return issuer;
    } catch (cause) {
      if (!(cause instanceof CaucaseError)) throw cause;
      const message = `CA certificate ${index + 1} of ${this.store.name} in the database: ${cause.message}`;
      throw new CaucaseError("storage", message, { cause, hint: "restore the newest backup" });
    }
  }

  async #make(now: number): Promise<void> {
    // Somebody may have made it between the caller's look and this call.
    const known = this.#known ?? await this.#loaded();
    const usable = this.#usable(known);
    if (!isNewIssuerDue(usable, now, this.settings.lifeSpan)) return;
    const key = await generateRsaKey(this.settings.keyBits);
    const der = await signCertificate(
      this.#prepare(key.publicKey, { predecessors: usable, now }),
      await signerFor(key),
    );
    const certificate = await parseCertificate(der);
    const row = {
      expirationDate: certificate.notAfter,
      keyPem: privateKeyToPem(key),
      certificatePem: certificateToPem(certificate),
    };
    const issuer = await openIssuer(row);
    await this.store.addIssuer(row);
    this.#known = [...this.#known ?? known, issuer];
  }

  /** The first certificate is made from the settings, each one after it from the one before. */
  #prepare(
    publicKey: PublicKey,
    { predecessors, now }: { predecessors: readonly Issuer[]; now: number },
  ): CheckedTbsCertificate {
    const { subject, onlyHost, lifeSpan, issuerLifeSpans, random } = this.settings;
    const basics = { publicKey, now, lifeSpan: Math.floor(issuerLifeSpans * lifeSpan), serial: newSerial(random) };
    const predecessor = newest(predecessors)?.certificate;
    if (predecessor !== undefined) {
      const order = { ...basics, predecessor };
      return checkCaSuccessor(prepareCaSuccessor(order), order);
    }
    const order = { ...basics, subject, onlyHost };
    return checkCa(prepareCa(order), order);
  }
}

/** A stored CA certificate, ready for use. Throws when key and certificate do not belong together. */
async function openIssuer(row: StoredIssuer): Promise<Issuer> {
  const certificate = await certificateFromPem(row.certificatePem);
  const key = await privateKeyFromPem(
    onlyPem(row.keyPem, [PEM_LABEL.PKCS1, PEM_LABEL.PKCS8, PEM_LABEL.SEC1], "the private key"),
  );
  if (key.publicKey.keyId !== certificate.publicKey.keyId) {
    throw new CaucaseError("untrusted", "the private key does not belong to the certificate");
  }
  const { notBefore, notAfter } = certificate;
  const certificatePem = certificateToPem(certificate);
  const signers = { signer: await signerFor(key), messageSigner: await messageSignerFor(key) };
  return { certificate, certificatePem, ...signers, notBefore, notAfter };
}

async function signChain(issuers: readonly Issuer[]): Promise<string> {
  const links = await Promise.all(
    issuers.slice(1).map((next, index) => {
      const old = issuers[index];
      if (old === undefined) throw new Error("a link needs two certificates");
      return signMessageWith(linkPayload(old.certificatePem, next.certificatePem), old.messageSigner);
    }),
  );
  return JSON.stringify(links.map(messageToJson));
}

function sameMembers<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
