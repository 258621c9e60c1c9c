/** Everybody who may come to a server over the network, friend or foe, each on a connection that stays open. */
import assert from "node:assert/strict";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { certificateToPem, parseCertificate } from "../../core/x509/certificate.ts";
import { policiesExtension } from "../../core/profiles/policies.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { type AgedServer, holderFrom } from "./aged_server.ts";
import { type Credentials, type Holder, holderOf, revokeSerial } from "./desk.ts";
import { newEcKey, NOW } from "./issuing.ts";
import { RawClient } from "./raw_client.ts";
import { newIssuer, type SeededCa } from "./seeded_issuers.ts";
import { certificateDer } from "./structures.ts";

export interface Actor extends Disposable {
  readonly client: RawClient;
  /** In whose name they sign messages, and with which key. */
  readonly holder: Holder;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What all actors are made from. */
interface Scene extends AgedServer {
  /** Somebody with the right to everything. */
  readonly user: Holder;
  /** A CA with the name, serial number and key identifiers of the CA for users, but with a key of its own. */
  readonly rogueCa: SeededCa;
}

interface Guise {
  readonly holder: Holder;
  /** Shown in the handshake: the certificate unless given, nothing for null. */
  readonly shown?: Credentials | null;
  readonly over?: "HTTP";
  /** Whether they are revoked before they connect, or after they were let in. */
  readonly revoked?: "before" | "while connected";
}

/** By the names that the heads of columns give them. */
const GUISES = {
  /** Plain HTTP, with the user's certificate in every header into which some proxy would put it. */
  http: ({ user: holder }) => ({ holder, over: "HTTP" }),
  /** HTTPS without a certificate. */
  none: async ({ user }) => ({ holder: { ...user, privateKey: await newEcKey() }, shown: null }),
  user: ({ user: holder }) => ({ holder }),
  /** Of the CA that was followed by another and has not expired. */
  older: async ({ olderCau }) => ({ holder: await holderFrom(olderCau) }),
  /** The user, who sends the rogue CA's certificate along. */
  chain: ({ user, rogueCa }) => ({ holder: user, shown: followedBy(user, certificateToPem(rogueCa.certificate)) }),
  /** A service whose certificate names the user, and a policy that no request can have. */
  serv: async ({ cas }) => ({ holder: await holderFrom(cas, { name: "user", extensions: [CAUCASE_POLICY] }) }),
  expd: async ({ cau }) => ({ holder: await holderFrom(cau, { notBefore: NOW - 1000, notAfter: NOW - 1 }) }),
  early: async ({ cau }) => ({ holder: await holderFrom(cau, { notBefore: NOW + 1 }) }),
  revkd: async ({ cau }) => ({ holder: await holderFrom(cau), revoked: "before" }),
  open: async ({ cau }) => ({ holder: await holderFrom(cau), revoked: "while connected" }),
  /** Of the CA that has expired, with a certificate that has not. */
  retrd: async ({ retiredCau }) => ({ holder: await holderFrom(retiredCau) }),
  rogue: async ({ rogueCa, user }) => ({ holder: await imitation(rogueCa, user) }),
  /** The same, who sends the user's certificate along. */
  rear: async ({ rogueCa, user }) => {
    const holder = await imitation(rogueCa, user);
    return { holder, shown: followedBy(holder, user.cert) };
  },
  /** Nobody's but their own, with all that the user's certificate says. */
  self: async ({ user }) => ({ holder: await selfSigned(user) }),
  /** Signed by the CA for services in the name of that for users. */
  mimic: async ({ cas, user }) => ({ holder: await imitation(cas, user) }),
} satisfies Record<string, (scene: Scene) => Guise | Promise<Guise>>;

export type ActorName = keyof typeof GUISES;

export const ACTOR_NAMES = Object.keys(GUISES) as readonly ActorName[];

const CAUCASE_POLICY = policiesExtension([{ oid: "1.3.6.1.4.1.37476.9000.70.0.0", qualifiers: undefined }], false);

/** Brings all of them to the server, and revokes those who are to be. */
export async function connectActors(aged: AgedServer): Promise<ReadonlyMap<ActorName, Actor>> {
  const user = await holderFrom(aged.cau, { name: "user" });
  const scene = { ...aged, user, rogueCa: await lookAlike(aged.cau) };
  const actors = new Map<ActorName, Actor>();
  for (const name of ACTOR_NAMES) actors.set(name, await connect(scene, await GUISES[name](scene)));
  return actors;
}

async function connect({ server, user }: Scene, { holder, shown = holder, over, revoked }: Guise): Promise<Actor> {
  const { serial } = holder.certificate;
  const revoke = async () => assert.equal((await revokeSerial(server, user, { ca: "cau", serial })).status, 204);
  if (revoked === "before") await revoke();
  const client = over === "HTTP"
    ? await RawClient.tcp(server.port)
    : await RawClient.tls(server.port + 1, shown ?? undefined);
  if (revoked === "while connected") {
    client.request("GET", "/cau/csr");
    assert.equal((await client.response()).status, 200);
    await revoke();
  }
  const headers = over === "HTTP" ? proxyHeaders(holder) : {};
  return { client, holder, headers, [Symbol.dispose]: () => client[Symbol.dispose]() };
}

function proxyHeaders({ cert, certificate: { serial } }: Holder): Record<string, string> {
  const encoded = encodeURIComponent(cert);
  return {
    "X-SSL-Client-Cert": encoded,
    "X-SSL-Client-Verify": "SUCCESS",
    "SSL-Client-Verify": "SUCCESS",
    "X-Forwarded-Client-Cert": `Cert="${encoded}"`,
    "Client-Cert": `:${btoa(cert)}:`,
    "X-Forwarded-Proto": "https",
    "Forwarded": "proto=https",
    "Authorization": `Bearer ${encoded}`,
    "X-Remote-User": `${serial}`,
  };
}

function followedBy({ key, cert }: Credentials, others: string): Credentials {
  return { key, cert: cert + others };
}

/** All that `original` says, for another key, signed by `ca`. */
async function imitation(ca: SeededCa, original: Holder): Promise<Holder> {
  return await signed(ca.key, await newEcKey(), original);
}

async function selfSigned(original: Holder): Promise<Holder> {
  const key = await newEcKey();
  return await signed(key, key, original);
}

async function signed(by: Holder["privateKey"], key: Holder["privateKey"], { certificate }: Holder): Promise<Holder> {
  const { serial, subject, issuer, notBefore, notAfter, extensions } = certificate;
  const wanted = { serial, subject, issuer, notBefore, notAfter, extensions, spki: key.publicKey.spki };
  return await holderOf(key, encodePem(PEM_LABEL.CERTIFICATE, await certificateDer(await signerFor(by), wanted)));
}

async function lookAlike({ certificate }: SeededCa): Promise<SeededCa> {
  const { key } = await newIssuer("cau");
  const { serial, subject, notBefore, notAfter, extensions } = certificate;
  const der = await certificateDer(await signerFor(key), {
    serial,
    subject,
    issuer: subject,
    notBefore,
    notAfter,
    extensions,
  });
  return { key, certificate: await parseCertificate(der) };
}
