/** What each action of a plan does. Every one either succeeds or throws; what it remembers goes into the state. */
import { CaucaseError } from "../../core/errors.ts";
import { writeKeyPair } from "../../core/host/key_pair_file.ts";
import { openCaStore, openCrlStore } from "../../core/host/trust_store.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { prepareRenewal, sendRenewal } from "../renewal.ts";
import { refreshCaStore, refreshCrlStore } from "../net/trust_refresh.ts";
import { askFor, requestFingerprint, requestToSend, storeFirst } from "./bootstrap.ts";
import { expiredPair, lostRequest, refusedRenewal } from "./complaints.ts";
import type { CertificateFiles, UpdaterEntry } from "./entry_options.ts";
import type { HolderApi, UpdaterHost } from "./host.ts";
import { isSeparate, type OnDisk } from "./observe.ts";
import type { Action } from "./plan.ts";
import { forgetRenewal, readRenewal, saveRenewal } from "./saved_renewal.ts";
import type { UpdaterState } from "./state.ts";

export interface Scene {
  readonly entry: UpdaterEntry;
  readonly host: UpdaterHost;
  readonly state: UpdaterState;
  readonly disk: OnDisk;
  /** Unix seconds. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** What came of an action, beyond that it succeeded. */
export interface Result {
  /** For the log. */
  readonly news?: string;
  /** The request was sent just now: look at once whether it was approved by itself. */
  readonly lookAgain?: boolean;
}

export const PERFORM: Readonly<Record<Action, (scene: Scene) => Promise<Result>>> = {
  refreshCa,
  refreshCrl,
  sendRequest,
  pollRequest,
  renew,
  runHook,
  confirm: () => Promise.resolve({ news: "the certificate is in order again" }),
  complain: ({ entry, disk }) => Promise.reject(disk.trouble ?? expiredPair(entry, disk.pair?.certificate)),
  stop: ({ entry, state }) => Promise.reject(lostRequest(entry, state.request?.id)),
};

function connect({ entry: { caUrl, mode }, host, signal }: Scene, ca: "cas" | "cau" | "mode" = "mode"): HolderApi {
  return host.connect({ caUrl, ca: ca !== "mode" ? ca : mode === "user" ? "cau" : "cas", signal });
}

async function refreshCa(scene: Scene): Promise<Result> {
  const { entry, host: { fileSystem }, now } = scene;
  const { caFingerprint, userCaFingerprint } = entry;
  // Whoever pins one CA does not mean to take the other one on trust.
  const rules = { now, trustOnFirstUse: caFingerprint === undefined && userCaFingerprint === undefined };
  const forServices = () =>
    refreshCaStore(connect(scene, "cas"), openCaStore(entry.casCaPath, fileSystem), {
      ...rules,
      fingerprint: caFingerprint,
    });
  const fingerprint = entry.mode === "user" ? userCaFingerprint : caFingerprint;
  const ofMode = () => refreshCaStore(connect(scene), openCaStore(entry.caPath, fileSystem), { ...rules, fingerprint });
  // One after the other, and the second one also when the first one fails.
  const outcomes = [];
  for (const refresh of isSeparate(entry) ? [forServices, ofMode] : [ofMode]) {
    outcomes.push(...await Promise.allSettled([refresh()]));
  }
  let changed = false;
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") throw outcome.reason;
    changed ||= outcome.value.changed;
  }
  return changed ? { news: "got new CA certificates" } : {};
}

async function refreshCrl(scene: Scene): Promise<Result> {
  const { entry, host, disk } = scene;
  const store = openCrlStore(entry.crlPath, host.fileSystem);
  const { changed } = await refreshCrlStore(connect(scene), store, disk.authorities);
  return changed ? { news: "got new CRLs" } : {};
}

async function sendRequest(scene: Scene): Promise<Result> {
  const { host, state } = scene;
  const csr = await requestToSend(filesOf(scene), { fileSystem: host.fileSystem, newKey: newKeyOf(scene) });
  const id = await connect(scene).submit(csr);
  state.request = { id, csr: await requestFingerprint(csr), rejected: false };
  return { news: `sent the request: waiting for the signature of ${id}`, lookAgain: true };
}

async function pollRequest(scene: Scene): Promise<Result> {
  const { host, state, disk } = scene;
  const { request } = state;
  if (request === null) throw new Error("a request is polled that was never sent");
  const found = await askFor(connect(scene), request.id);
  if (found === "pending") return {};
  if (found === "unknown") {
    state.request = { ...request, rejected: true };
    return {};
  }
  const first = { certificate: found, authorities: disk.authorities };
  await storeFirst(filesOf(scene), first, host.fileSystem);
  state.request = null;
  return { news: "got the first certificate" };
}

async function renew(scene: Scene): Promise<Result> {
  const { host: { fileSystem }, disk: { pair, authorities } } = scene;
  const files = filesOf(scene);
  if (pair === undefined) throw new Error("a certificate is renewed that is not there");
  const holder = { certificate: pair.certificate, key: pair.key, authorities };
  const begun = await readRenewal(files.keyPath, pair.certificate, fileSystem);
  const request = begun ?? await prepareRenewal(pair.certificate, newKeyOf(scene));
  if (begun === undefined) await saveRenewal(files.keyPath, { request, certificate: pair.certificate }, fileSystem);
  try {
    await writeKeyPair({ ...files, ...await sendRenewal(connect(scene), holder, request) }, fileSystem);
  } catch (error) {
    if (!isRefusedForGood(error)) throw error;
    await forgetRenewal(files.keyPath, fileSystem);
    // The reference knows no request twice: it answers only a new one.
    if (begun !== undefined) return await renew(scene);
    throw refusedRenewal(scene.entry, error);
  }
  await forgetRenewal(files.keyPath, fileSystem);
  return { news: "got a new certificate, with a new key" };
}

/** Whether the server understood the request and will answer it like that each time. */
function isRefusedForGood(error: unknown): error is CaucaseError {
  if (!(error instanceof CaucaseError) || error.code !== "refused") return false;
  const { status = 0 } = error.details;
  return status >= 400 && status <= 499 && status !== 408 && status !== 429;
}

async function runHook({ entry, host, state, disk, signal }: Scene): Promise<Result> {
  const { onRenew: command, hookTimeout: timeLimit } = entry;
  const changes = pendingChanges(disk, state);
  // What changes while the hook runs is for its next run.
  if (command !== undefined) await host.runHook({ command, changes, timeLimit, signal });
  for (const { path, fingerprint } of changes) state.announced[path] = fingerprint;
  return command === undefined ? {} : { news: "the --on-renew command was told of all changes" };
}

/** What the hook was not told of yet. */
export function pendingChanges({ watched }: OnDisk, { announced }: UpdaterState) {
  return watched.filter(({ path, fingerprint }) => fingerprint !== null && fingerprint !== announced[path]);
}

function filesOf({ entry: { certificate } }: Scene): CertificateFiles {
  if (certificate === undefined) throw new Error("there is no certificate to keep");
  return certificate;
}

function newKeyOf({ entry, host }: Scene): () => Promise<PrivateKey> {
  return () => host.newKey(entry.keyBits);
}
