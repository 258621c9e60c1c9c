/**
 * `caucase client`: one call does any number of actions, in a fixed order, between a refresh of CA certificates and one
 * of CRLs.
 */
import { systemClock } from "../core/host/clock.ts";
import { openCaStore, openCrlStore } from "../core/host/trust_store.ts";
import { SECONDS_PER_DAY } from "../core/ca/lifecycle.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { ApiClient, type UserCredentials } from "./net/api_client.ts";
import { type ClientOptions, readClientOptions } from "./client/options.ts";
import { getCrt, getCsr, renewCrt, revokeCrt, sendCsr, showCa } from "./client/holder_actions.ts";
import { clientFiles } from "./client/files.ts";
import { ClientOutcome, type ClientSession } from "./client/session.ts";
import { listCsr, rejectCsr, revokeOtherCrt, revokeSerial, signCsr, signCsrWith } from "./client/user_actions.ts";
import { EXIT } from "./exit_status.ts";
import { runHook } from "./client/hook.ts";
import { printError, reportError } from "./terminal.ts";
import { readUserFile } from "./net/user_credentials.ts";
import { ServerAuthentication } from "./net/server_authentication.ts";
import { refreshCaStore, refreshCrlStore } from "./net/trust_refresh.ts";

/** Does what the command line asks for. Resolves with the exit status. */
export async function client(args: readonly string[]): Promise<number> {
  const options = readClientOptions(args);
  const user = options.userKey === undefined ? undefined : await readUserFile(options.userKey);
  const apis = { cas: new ApiClient(options.caUrl, "cas"), cau: new ApiClient(options.caUrl, "cau") };
  const outcome = new ClientOutcome();
  try {
    await work(options, { ...apis, user, outcome });
  } catch (error) {
    reportError(error);
    outcome.failed();
  }
  // Also after a failure: what was changed before it must be told now, as the next call will find nothing to change.
  if (!outcome.changed || options.onRenew === undefined) return outcome.status;
  const hookFailure = await runHook(options.onRenew);
  if (hookFailure === undefined) return outcome.status;
  printError(`--on-renew: ${hookFailure}`);
  return EXIT.hookFailed;
}

interface ClientParts {
  readonly cas: ApiClient;
  readonly cau: ApiClient;
  readonly user: UserCredentials | undefined;
  readonly outcome: ClientOutcome;
}

/** The CA certificates, what was asked for, the CRLs. */
async function work(options: ClientOptions, { cas, cau, user, outcome }: ClientParts): Promise<void> {
  const now = systemClock.now();
  const wantsUsers = options.updateUser || options.mode === "user";
  const { caFingerprint, userCaFingerprint } = options;
  // A pin of one CA does not mean that the other one is taken on trust.
  const rules = { now, trustOnFirstUse: caFingerprint === undefined && userCaFingerprint === undefined };
  const refresh = async (api: ApiClient, path: string, fingerprint: string | undefined) => {
    const { current, changed } = await refreshCaStore(api, openCaStore(path, clientFiles), { ...rules, fingerprint });
    outcome.changed ||= changed;
    return current;
  };
  const services = await refresh(cas, options.caCrt, caFingerprint);
  const users = wantsUsers ? await refresh(cau, options.userCaCrt, userCaFingerprint) : [];
  const required = options.requireServerAuthentication ?? false;
  const server = new ServerAuthentication(cas, { authorities: services, required, warn: printError });
  const ofMode = options.mode === "user" ? { api: cau, authorities: users } : { api: cas, authorities: services };
  const api = ofMode.api.as({ ...(user && { user }), anchors: () => server.anchors() });
  await runActions({ ...ofMode, api, mode: options.mode, now, outcome }, options);
  await refreshCrls(cas, options.crl, { outcome, authorities: services });
  if (options.updateUser) await refreshCrls(cau, options.userCrl, { outcome, authorities: users });
}

async function runActions(session: ClientSession, options: ClientOptions): Promise<void> {
  if (options.showCa) await showCa(session);
  await sendCsr(session, options.sendCsr);
  await getCsr(session, options.getCsr);
  await getCrt(session, options.getCrt);
  await revokeCrt(session, options.revokeCrt);
  await renewCrt(session, options.renewCrt, {
    threshold: options.threshold * SECONDS_PER_DAY,
    keyBits: options.keyLen,
  });
  await signCsr(session, options.signCsr);
  await signCsrWith(session, options.signCsrWith);
  await rejectCsr(session, options.rejectCsr);
  await revokeOtherCrt(session, options.revokeOtherCrt);
  await revokeSerial(session, options.revokeSerial);
  if (options.listCsr) await listCsr(session);
}

async function refreshCrls(
  api: ApiClient,
  path: string,
  { outcome, authorities }: { outcome: ClientOutcome; authorities: readonly Certificate[] },
): Promise<void> {
  const { changed, damage } = await refreshCrlStore(api, openCrlStore(path, clientFiles), authorities);
  if (damage !== undefined) printError(`warning: ${damage.message}: the CRLs were fetched again`);
  outcome.changed ||= changed;
}
