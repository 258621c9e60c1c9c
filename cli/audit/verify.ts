/** `caucase audit verify` */
import { splitCheckpoints } from "../../core/audit/checkpoint.ts";
import { verifyAudit } from "../../core/audit/verification.ts";
import { CaucaseError } from "../../core/errors.ts";
import { readFileBytes, writeFileDurably } from "../../core/host/durable_file.ts";
import { EXIT } from "../exit_status.ts";
import { ProgressLine } from "../progress_line.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printLine, progressScreen } from "../terminal.ts";
import { auditVerifyCommand } from "./command.ts";
import { verifiedLines } from "./entry_text.ts";
import { folderSource, remembering, serverSource } from "./sources.ts";

/** Resolves with the exit status. @throws `untrusted` for whatever is not as it was */
export async function auditVerify(args: readonly string[]): Promise<number> {
  const command = auditVerifyCommand();
  parseArguments(command, args);
  const { checkpoint, entry, save, ...connection } = command.opts();
  const [folder] = command.processedArgs;
  const kept = checkpoint === undefined ? [] : await readCheckpoints(checkpoint);
  const source = remembering(folder === undefined ? await serverSource(connection) : folderSource(folder));
  using line = new ProgressLine(progressScreen(), () => performance.now());
  const verified = await verifyAudit(source, {
    kept,
    entry,
    onRead: (done) => line.show({ task: "Reading the audit log", done, total: undefined, unit: "entries" }),
  });
  line.clear();
  for (const text of verifiedLines(verified)) printLine(text);
  if (kept.length === 0) printError("nothing was compared: --checkpoint names what was kept, --save keeps one");
  if (save !== undefined) await writeFileDurably(save, verified.note);
  return EXIT.ok;
}

/** @throws `file`, `malformed` */
async function readCheckpoints(path: string): Promise<readonly string[]> {
  const bytes = await readFileBytes(path);
  if (bytes === undefined) throw new CaucaseError("file", `cannot read ${path}: it does not exist`);
  try {
    return splitCheckpoints(new TextDecoder().decode(bytes));
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    throw new CaucaseError("file", `cannot use ${path}: ${error.message}`, { cause: error });
  }
}
