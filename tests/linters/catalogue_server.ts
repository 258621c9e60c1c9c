/**
 * One of every kind from a real server, over its sockets: what was asked for is approved by a user, renewed, revoked,
 * through a rollover of both CAs, and from a backup.
 */
import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { onlyPem, PEM_LABEL } from "../../core/pem.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { KEY_USAGE, keyUsage } from "../../core/x509/standard_extensions.ts";
import { manage } from "../../server/manage/manage.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import {
  CSR_TYPE,
  type Desk,
  fetchCertificate,
  firstUser,
  type Holder,
  holderOf,
  JSON_TYPE,
  revokeSerial,
  submit,
} from "../support/desk.ts";
import { LIFE_SPAN, NOW } from "../support/issuing.ts";
import { type KeptFolder, readFolder } from "../support/kept_certificates.ts";
import { newKey, testKey } from "../support/keys.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { renewalBody } from "../support/requests.ts";
import { makeRestorable, manageHost } from "../support/restorable.ts";
import { runServer } from "../support/running_server.ts";
import { CATALOGUE_REQUESTS, type CatalogueRequest } from "./catalogue_requests.ts";
import { specimensOf } from "./kept.ts";
import type { Specimen } from "./specimen.ts";

const CAS: readonly PublicCa[] = ["cau", "cas"];

const FIRST_REQUEST: CatalogueRequest = {
  label: "a request",
  key: "P-256",
  subject: commonNameDer("host"),
  extensions: [keyUsage([KEY_USAGE.digitalSignature], true)],
};

/**
 * A user renews at each of these times, in L: both CAs get their second certificate after 2 L, and sign with it after 3
 * L.
 */
const STAGES = [0.9, 1.8, 2.1, 2.9, 3.2] as const;

export async function serverCatalogue(): Promise<Specimen[]> {
  await using server = await runServer({ ownKeys: true });
  using desk = new NetworkDesk(server.port);
  const session = new CatalogueSession(desk);
  let user = await session.useAll();
  // Looked at before and after: what has expired is deleted.
  const specimens = await session.specimensIn(server.folderPath);
  for (const lifeSpans of STAGES) {
    server.clock.set(NOW + Math.round(lifeSpans * LIFE_SPAN));
    user = await session.useBriefly(user, `after ${lifeSpans} L`);
    specimens.push(...await session.specimensIn(server.folderPath));
  }
  assert.deepEqual(server.warnings, []);
  return [...new Map(specimens.map((specimen) => [specimen.der.toBase64(), specimen])).values()];
}

/** A user whose certificate came with a restored backup. */
export async function restoredCatalogue(): Promise<Specimen[]> {
  await using restorable = await makeRestorable();
  await manage(restorable.order, manageHost());
  const { databases } = await readFolder(restorable.original.folder.path);
  const restored = await specimensOf({ databases, files: {} });
  return restored.map((specimen) => ({ ...specimen, label: `restored: ${specimen.label}` }));
}

/** What was asked of a server, and which label each certificate got. */
class CatalogueSession {
  readonly #labels = new Map<string, string>();
  readonly #crls: Record<string, string> = {};

  constructor(private readonly desk: Desk) {}

  /** The first user, who approves everything else. */
  async useAll(): Promise<Holder> {
    const user = await firstUser(this.desk);
    this.#note("first user", user.cert);
    await this.#noteCrls("empty");
    for (const ca of CAS) {
      for (const request of CATALOGUE_REQUESTS) await this.#useRequest(ca, user, request);
      await this.#certifyByTemplate(ca, user);
      const { certificate: { serial } } = await this.#certify(ca, user, FIRST_REQUEST);
      assert.equal((await revokeSerial(this.desk, user, { ca, serial })).status, 204);
    }
    await this.#noteCrls("one entry");
    return user;
  }

  async useBriefly(user: Holder, when: string): Promise<Holder> {
    const next = await this.#renew("cau", user, `first user ${when}`);
    await this.#certify("cas", next, { ...FIRST_REQUEST, label: `service ${when}` });
    await this.#noteCrls(when);
    return next;
  }

  /** All certificates in the server's files, and the CRLs that it handed out. */
  async specimensIn(folder: string): Promise<Specimen[]> {
    const { databases, files } = await readFolder(folder);
    const kept: KeptFolder = { databases, files: { ...files, ...this.#crls } };
    return (await specimensOf(kept)).map((specimen) => {
      return { ...specimen, label: `server: ${this.#labels.get(specimen.der.toBase64()) ?? specimen.label}` };
    });
  }

  async #useRequest(ca: PublicCa, user: Holder, request: CatalogueRequest): Promise<void> {
    // A user's key is taken once, and making one of RSA takes its time.
    if (ca === "cau" && request.key === "RSA") return;
    const holder = await this.#certify(ca, user, request);
    // Users renew as services do, and at each stage. Messages are signed with any key but one on P-521, see
    // core/protocol/envelope.ts.
    if (ca === "cas" && request.key !== "P-521") await this.#renew(ca, holder, `${request.label}, renewed`);
  }

  async #certify(ca: PublicCa, user: Holder, request: CatalogueRequest): Promise<Holder> {
    const key = ca === "cas" ? await testKey(request.key) : await newKey(request.key);
    const id = await submit(this.desk, ca, await csrOf(key, request));
    const { status, text } = await this.desk.ask("PUT", `/${ca}/crt/${id}`, { as: user });
    assert.equal(status, 204, `${request.label}: ${text}`);
    const holder = await holderOf(key, await fetchCertificate(this.desk, ca, id));
    this.#note(request.label, holder.cert);
    return holder;
  }

  async #renew(ca: PublicCa, { cert, privateKey, certificate }: Holder, label: string): Promise<Holder> {
    const key = await newKey("P-256");
    const csr = await csrOf(key, { subject: certificate.subject, extensions: [] });
    const body = await renewalBody(cert, privateKey, csr);
    const { status, text } = await this.desk.ask("PUT", `/${ca}/crt/renew`, { headers: JSON_TYPE, body });
    assert.equal(status, 200, `${label}: ${text}`);
    this.#note(label, text);
    return await holderOf(key, text);
  }

  /** Subject and extensions from the user, only the key from the request. */
  async #certifyByTemplate(ca: PublicCa, user: Holder): Promise<void> {
    const id = await submit(this.desk, ca, await csrOf(await newKey("P-256"), FIRST_REQUEST));
    const body = await csrOf(await newKey("P-256"), { ...FIRST_REQUEST, subject: commonNameDer("by a template") });
    const template = { as: user, headers: CSR_TYPE, body };
    assert.equal((await this.desk.ask("PUT", `/${ca}/crt/${id}`, template)).status, 204);
    this.#note("by a template", await fetchCertificate(this.desk, ca, id));
  }

  async #noteCrls(when: string): Promise<void> {
    for (const ca of CAS) {
      const { status, text } = await this.desk.ask("GET", `/${ca}/crl`);
      assert.equal(status, 200, text);
      this.#crls[`${ca}, ${when}`] = text;
    }
  }

  #note(label: string, pem: string): void {
    this.#labels.set(onlyPem(pem, [PEM_LABEL.CERTIFICATE], label).der.toBase64(), label);
  }
}

async function csrOf(key: PrivateKey, { subject, extensions }: Pick<CatalogueRequest, "subject" | "extensions">) {
  return utf8(await buildCsr({ subject, extensions }, await signerFor(key)));
}
