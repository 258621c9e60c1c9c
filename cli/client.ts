/** `caucase client`: one call does any number of actions, in a fixed order, between a refresh of CA certificates and one of CRLs. */
import { CaucaseError } from "../core/errors.ts";
import { systemClock } from "../core/host/clock.ts";
import { readKeyFile } from "../core/host/key_file.ts";
import { openCaStore, openCrlStore } from "../core/host/trust_store.ts";
import { SECONDS_PER_DAY } from "../core/ca/lifecycle.ts";
import type { Certificate } from "../core/x509/certificate.ts";
import { ApiClient, type UserCredentials } from "./api_client.ts";
import { type ClientOptions, readClientOptions } from "./client/options.ts";
import { getCrt, getCsr, renewCrt, revokeCrt, sendCsr } from "./client/holder_actions.ts";
import { Outcome, type Session } from "./client/session.ts";
import { listCsr, rejectCsr, revokeOtherCrt, revokeSerial, signCsr, signCsrWith } from "./client/user_actions.ts";
import { EXIT } from "./exit_status.ts";
import { runHook } from "./hook.ts";
import { refreshCaStore, refreshCrlStore } from "./trust_refresh.ts";

/** Does what the command line asks for. Resolves with the exit status. */
export async function client(args: readonly string[]): Promise<number> {
  const options = readClientOptions(args);
  const outcome = new Outcome();
  const user = options.userKey === undefined ? undefined : await readCredentials(options.userKey);
  const clients = {
    cas: new ApiClient(options.caUrl, "cas", user && { user }),
    cau: new ApiClient(options.caUrl, "cau", user && { user }),
  };
  const now = systemClock.now();
  const wantsUsers = options.updateUser || options.mode === "user";
  const services = await refreshAuthorities(clients.cas, options.caCrt, { outcome, now });
  const users = wantsUsers ? await refreshAuthorities(clients.cau, options.userCaCrt, { outcome, now }) : [];
  const ofMode = options.mode === "user"
    ? { api: clients.cau, authorities: users }
    : { api: clients.cas, authorities: services };
  await runActions({ ...ofMode, mode: options.mode, now, outcome }, options);
  await refreshCrls(clients.cas, options.crl, { outcome, authorities: services });
  if (options.updateUser) await refreshCrls(clients.cau, options.userCrl, { outcome, authorities: users });
  const hookFailed = outcome.changed && options.onRenew !== undefined && !(await runHook(options.onRenew));
  return hookFailed ? EXIT.hookFailed : outcome.status;
}

async function runActions(session: Session, options: ClientOptions): Promise<void> {
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

async function readCredentials(path: string): Promise<UserCredentials> {
  const { keyPem, certificatePem } = await readKeyFile(path);
  if (keyPem === undefined || certificatePem === undefined) {
    throw new CaucaseError("file", `${path} must hold a user's private key and certificate`);
  }
  return { keyPem, certificatePem };
}

async function refreshAuthorities(
  api: ApiClient,
  path: string,
  { outcome, now }: { outcome: Outcome; now: number },
): Promise<readonly Certificate[]> {
  const { current, changed } = await refreshCaStore(api, openCaStore(path), now);
  outcome.changed ||= changed;
  return current;
}

async function refreshCrls(
  api: ApiClient,
  path: string,
  { outcome, authorities }: { outcome: Outcome; authorities: readonly Certificate[] },
): Promise<void> {
  const { changed } = await refreshCrlStore(api, openCrlStore(path), authorities);
  outcome.changed ||= changed;
}
