/** What each action of a plan does. Every one either succeeds or throws; what it remembers goes into the state. */
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { writeKeyPair } from "../../core/host/key_pair_change.ts";
import { openCaStore, openCrlStore } from "../../core/host/trust_store.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { csrFromFile } from "../../core/x509/csr.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { prepareRenewal, sendRenewal } from "../renewal.ts";
import { refreshCaStore, refreshCrlStore } from "../net/trust_refresh.ts";
import { askFor, requestFingerprint, requestToSend, storeFirst } from "./bootstrap.ts";
import { lostReplacement, lostRequest, refusedRenewal, waitingForUser } from "./complaints.ts";
import type { CertificateFiles, UpdaterEntry } from "./entry_options.ts";
import type { HolderApi, UpdaterHost } from "./host.ts";
import { isSeparate, type OnDisk } from "./observe.ts";
import type { UpdaterAction } from "./plan.ts";
import { sendReport } from "./report.ts";
import { readReplacement, replacementToSend, storeReplacement } from "./replacement.ts";
import { forgetRenewal, readSavedRenewal, saveRenewal } from "./saved_renewal.ts";
import type { UpdaterState } from "./state.ts";
import type { Voice } from "./voice.ts";

export interface ActionInput {
  readonly entry: UpdaterEntry;
  readonly host: UpdaterHost;
  readonly state: UpdaterState;
  readonly disk: OnDisk;
  readonly voice: Voice;
  /** Unix seconds. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Writes the state down, as far as the disk takes it. */
  remember(): Promise<void>;
}

/** What came of an action, beyond that it succeeded. */
export interface ActionResult {
  /** For the log. */
  readonly news?: string;
  /** For the log too, where a person has to do something. */
  readonly warning?: string;
  /** The request was sent just now: look at once whether it was approved by itself. */
  readonly lookAgain?: boolean;
}

export const PERFORM: Readonly<Record<UpdaterAction, (input: ActionInput) => Promise<ActionResult>>> = {
  refreshCa,
  refreshCrl,
  sendRequest,
  replace,
  pollRequest,
  renew,
  runHook,
  report: (input) => sendReport({ ...input, hookPending: pendingChanges(input.disk, input.state).length > 0 }),
  confirm: () => Promise.resolve({ news: "the certificate is in order again" }),
  complain,
  stop: ({ entry, state }) => Promise.reject(lostRequest(entry, state.request?.id)),
};

/** There is nothing to be done but to say it. */
function complain({ entry, disk: { trouble, pair }, state }: ActionInput): Promise<ActionResult> {
  if (trouble !== undefined) return Promise.reject(trouble);
  if (pair === undefined) throw new Error("there is nothing to complain of");
  return Promise.reject(lostReplacement(entry, pair.certificate, state.request?.id));
}

function connect(
  { entry: { caUrl, mode }, host, signal }: ActionInput,
  ca: "cas" | "cau" | "mode" = "mode",
): HolderApi {
  return host.connect({ caUrl, ca: ca !== "mode" ? ca : mode === "user" ? "cau" : "cas", signal });
}

async function refreshCa(input: ActionInput): Promise<ActionResult> {
  const { entry, host: { fileSystem }, now } = input;
  const { caFingerprint, userCaFingerprint } = entry;
  // A configuration that pins one CA does not mean to trust the other one blindly.
  const rules = { now, trustOnFirstUse: caFingerprint === undefined && userCaFingerprint === undefined };
  const forServices = () =>
    refreshCaStore(connect(input, "cas"), openCaStore(entry.casCaPath, fileSystem), {
      ...rules,
      fingerprint: caFingerprint,
    });
  const fingerprint = entry.mode === "user" ? userCaFingerprint : caFingerprint;
  const ofMode = () => refreshCaStore(connect(input), openCaStore(entry.caPath, fileSystem), { ...rules, fingerprint });
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

async function refreshCrl(input: ActionInput): Promise<ActionResult> {
  const { entry, host, disk, state, voice } = input;
  if (disk.crlDamage === undefined) voice.over("crl");
  else voice.once("crl", `${disk.crlDamage.message}: CRLs are fetched again`);
  const crls = openCrlStore(entry.crlPath, host.fileSystem);
  const { changed, damage } = await refreshCrlStore(connect(input), crls, disk.authorities);
  // Programs that could not read it must hear that it is back, even if it is unchanged.
  if (changed && damage !== undefined) delete state.announced[entry.crlPath];
  return changed ? { news: "got new CRLs" } : {};
}

async function sendRequest(input: ActionInput): Promise<ActionResult> {
  const { host, state } = input;
  const csr = await requestToSend(filesOf(input), { fileSystem: host.fileSystem, newKey: newKeyOf(input) });
  const id = await connect(input).submit((await csrFromFile(csr)).pem);
  state.request = { id, csr: await requestFingerprint(csr), rejected: false };
  return { news: "sent the request", lookAgain: true };
}

async function replace(input: ActionInput): Promise<ActionResult> {
  const { host: { fileSystem }, state, disk: { pair } } = input;
  if (pair === undefined) throw new Error("a certificate is replaced that is not there");
  const { keyPath } = filesOf(input);
  const made = await replacementToSend(keyPath, pair.certificate, { fileSystem, newKey: newKeyOf(input) });
  const csr = utf8(made.csrPem);
  const id = await connect(input).submit(csr);
  state.request = { id, csr: await requestFingerprint(csr), rejected: false };
  const date = new Date(pair.certificate.notAfter * 1000).toISOString();
  const warning =
    `the certificate expired at ${date} and cannot renew itself: sent a request with its names and a new key`;
  return { warning, lookAgain: true };
}

async function pollRequest(input: ActionInput): Promise<ActionResult> {
  const { entry, state, disk, voice } = input;
  const { request } = state;
  if (request === null) throw new Error("a request is polled that was never sent");
  const found = await askFor(connect(input), request.id);
  if (found === "pending") {
    voice.once("request", waitingForUser(entry, request.id));
    return {};
  }
  if (found === "unknown") {
    state.request = { ...request, rejected: true };
    return {};
  }
  await store(input, found);
  state.request = null;
  return {
    news: disk.pair === undefined ? "got the first certificate" : "got a certificate in place of the expired one",
  };
}

async function store(input: ActionInput, certificate: Certificate): Promise<void> {
  const { host: { fileSystem }, disk: { pair, authorities } } = input;
  const files = filesOf(input);
  if (pair === undefined) return await storeFirst(files, { certificate, authorities }, fileSystem);
  const request = await readReplacement(files.keyPath, pair.certificate, fileSystem);
  if (request === undefined) throw new Error("a request is answered that is not there");
  await storeReplacement(files, { certificate, authorities, request }, fileSystem);
}

async function renew(input: ActionInput): Promise<ActionResult> {
  const { host: { fileSystem }, disk: { pair, authorities } } = input;
  const files = filesOf(input);
  if (pair === undefined) throw new Error("a certificate is renewed that is not there");
  const holder = { certificate: pair.certificate, key: pair.key, authorities };
  const begun = await readSavedRenewal(files.keyPath, pair.certificate, fileSystem);
  const request = begun ?? await prepareRenewal(pair.certificate, newKeyOf(input));
  if (begun === undefined) await saveRenewal(files.keyPath, { request, certificate: pair.certificate }, fileSystem);
  try {
    await writeKeyPair({ ...files, ...await sendRenewal(connect(input), holder, request) }, fileSystem);
  } catch (error) {
    if (!isRefusedForGood(error)) throw error;
    await forgetRenewal(files.keyPath, fileSystem);
    // The reference knows no request twice: it answers only a new one.
    if (begun !== undefined) return await renew(input);
    throw refusedRenewal(input.entry, error);
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

async function runHook({ entry, host, state, disk, signal }: ActionInput): Promise<ActionResult> {
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

function filesOf({ entry: { certificate } }: ActionInput): CertificateFiles {
  if (certificate === undefined) throw new Error("there is no certificate to keep");
  return certificate;
}

function newKeyOf({ entry, host }: ActionInput): () => Promise<PrivateKey> {
  return () => host.newKey(entry.keyBits);
}
