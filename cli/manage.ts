/** `caucase manage`: restores and checks backups, takes over another CA, hands one over. */
import { SECONDS_PER_DAY } from "../core/ca/lifecycle.ts";
import { CaucaseError } from "../core/errors.ts";
import { systemClock } from "../core/host/clock.ts";
import { randomBytes } from "../core/host/random.ts";
import { createLog, sentenceOf } from "../core/log.ts";
import type { Progress } from "../core/progress.ts";
import { parseReceiver } from "../core/notify/receiver.ts";
import { sendTest } from "../server/notify/try_out.ts";
import { manage as manageDatabase, type ManageOrder, type ManageReport } from "../server/manage/manage.ts";
import type { RestoreFiles } from "../server/manage/restore.ts";
import { listRevocations } from "../server/manage/list_revocations.ts";
import { repair, type RepairReport } from "../server/manage/repair.ts";
import { type BackupFigures, type CaFigures, verifyBackup } from "../server/manage/verify_backup.ts";
import { verifyAuditOf } from "../server/manage/verify_audit.ts";
import type { RevocationItem } from "../server/storage/sqlite/revocation_list.ts";
import { verifiedLines } from "./audit/entry_text.ts";
import { EXIT } from "./exit_status.ts";
import { manageCommand } from "./manage/command.ts";
import { askedPassphrases, passphrasesFrom } from "./manage/passphrases.ts";
import { admissionLines, gapLine, raisedLine, revocationLine } from "./manage/repair_lines.ts";
import { ProgressLine } from "./progress_line.ts";
import { parseArguments } from "./subcommand.ts";
import { askHidden, printError, printLine, progressScreen } from "./terminal.ts";

/** Does what the command line asks for. Resolves with the exit status. */
export async function manage(args: readonly string[]): Promise<number> {
  const command = manageCommand();
  parseArguments(command, args);
  const given = command.opts();
  if (given.notifyTest !== undefined) return await testNotification(given.notifyTest, given.notifySecret);
  using line = new ProgressLine(progressScreen(), () => performance.now());
  const onProgress = (progress: Progress) => line.show(progress);
  const passphrases = given.passphraseFile === undefined
    ? askedPassphrases(askHidden, printError)
    : await passphrasesFrom(given.passphraseFile);
  const now = systemClock.now();
  const [backup, key] = once("--verify-backup", { size: 2, values: given.verifyBackup });
  if (backup !== undefined && key !== undefined) {
    const figures = await verifyBackup({ backup, key, now, onProgress }, passphrases);
    line.clear();
    for (const text of figureLines(backup, figures)) printLine(text);
  }
  if (given.auditVerify !== undefined) {
    const { db, auditVerify: checkpoints } = given;
    const verified = await verifyAuditOf({ db, checkpoints }, { log: createLog(() => {}), onProgress });
    line.clear();
    for (const text of verifiedLines(verified)) printLine(text);
  }
  if (given.listRevocations) await listRevocations(given.db, tellRevocation);
  const order = orderOf(given);
  // What is done is told by the lines below; this is for what is not as it should be.
  const log = createLog((record) => {
    if (record.level !== "warning" && record.level !== "error") return;
    line.clear();
    printError(sentenceOf(record));
  });
  const { db, raiseCrlNumbers = false, admitUser = false } = given;
  if (raiseCrlNumbers || admitUser) {
    requireAlone(order);
    for (const text of repairLines(await repair({ db, raiseCrlNumbers, admitUser }, { now, log }))) printLine(text);
  }
  const done = (report: ManageReport) => {
    line.clear();
    tell(order, report);
  };
  await manageDatabase(order, { now, random: randomBytes, passphrases, log, onProgress, done });
  return EXIT.ok;
}

/** @throws `unreachable`, `refused` when it was not taken; `usage`, `file` */
async function testNotification(url: string, secretFile: string | undefined): Promise<number> {
  const receiver = parseReceiver(url);
  await sendTest(receiver, { secretFile, random: randomBytes, now: systemClock.now() });
  printLine(`${receiver.shown} took the notification`);
  return EXIT.ok;
}

/** Where some cannot be read is for people: lines of standard output are all alike. */
function tellRevocation(item: RevocationItem): void {
  if ("error" in item) printError(gapLine(item));
  else printLine(revocationLine(item));
}

/** @throws `usage`: a database that is made or filled in the same call is not one that came back, or lost its users */
function requireAlone({ restore, importCa, importCrl }: ManageOrder): void {
  if (restore === undefined && importCa.length === 0 && importCrl.length === 0) return;
  throw new CaucaseError("usage", "--raise-crl-numbers and --admit-user take no restore or import in the same call");
}

function repairLines({ raised, admission }: RepairReport): string[] {
  return [...raised.map(raisedLine), ...(admission === undefined ? [] : admissionLines(admission))];
}

function tell(order: ManageOrder, report: ManageReport): void {
  if (order.restore !== undefined) { for (const line of restoreNotes(order.db, order.restore)) printError(line); }
  for (const line of importLines(report)) printLine(line);
}

function orderOf(given: ReturnType<ReturnType<typeof manageCommand>["opts"]>): ManageOrder {
  const [backup, key, csr, crt] = once("--restore-backup", { size: 4, values: given.restoreBackup });
  const isComplete = backup !== undefined && key !== undefined && csr !== undefined && crt !== undefined;
  return {
    db: given.db,
    userLifeSpan: Math.floor(given.userCrtValidity * SECONDS_PER_DAY),
    restore: isComplete ? { backup, key, csr, crt } : undefined,
    importCa: given.importCa ?? [],
    importBadCa: given.importBadCa ?? false,
    importCrl: given.importCrl ?? [],
    exportCa: given.exportCa,
  };
}

/** Values of an option that is for one occurrence, which takes `size`. @throws `usage` for more */
function once(
  name: string,
  { size, values = [] }: { readonly size: number; readonly values: readonly string[] | undefined },
): readonly string[] {
  if (values.length <= size) return values;
  throw new CaucaseError("usage", `option '${name}' can be given once`);
}

/** The reference's lines, for scripts. */
function importLines({ importedCas, importedCrls }: ManageReport): string[] {
  const lines = importedCas === undefined ? [] : [`Imported ${importedCas} CA certificates`];
  if (importedCrls !== undefined) {
    const { number, thisUpdate, added, known } = importedCrls;
    lines.push(`Set CRL number to ${number} and last update to ${timeText(thisUpdate)}`);
    lines.push(`Revoked ${added} certificates (${known} were already revoked)`);
  }
  return lines;
}

/** What a backup cannot know, for the administrator. */
function restoreNotes(db: string, { backup, crt }: RestoreFiles): string[] {
  return [
    `Restored ${db} from ${backup}; the new certificate is in ${crt}, the old one is revoked.`,
    "Lost is what happened after the backup was made:",
    " - certificates issued since go on working, but are not in the database; their holders need do nothing",
    " - requests sent since are gone: their senders send them again",
    " - what was revoked since is no longer revoked: revoke it again, by certificate or with client --revoke-serial",
    "The next start of serve makes CRL numbers jump by 1000000, past those that were used since.",
  ];
}

/** A backup's content, so that a person sees whether it is what they think. */
function figureLines(backup: string, { recipients, cas }: BackupFigures): string[] {
  const keys = recipients.length === 1 ? "1 key opens it" : `${recipients.length} keys open it`;
  return [`${backup} is good for restoring; ${keys}`, ...cas.map(figureLine)];
}

function figureLine(figures: CaFigures): string {
  const { ca, caCertificates, validCaCertificates, certificates, pendingRequests, revocations, crlNumber } = figures;
  return `  ${ca}: CA certificates ${caCertificates} (valid now: ${validCaCertificates}), ` +
    `certificates ${certificates}, pending requests ${pendingRequests}, revocations ${revocations}, ` +
    `CRL number ${crlNumber}`;
}

/** As the reference writes it: 2026-11-23 08:29:52+00:00. */
function timeText(time: number): string {
  return new Date(time * 1000).toISOString().replace("T", " ").replace(".000Z", "+00:00");
}
