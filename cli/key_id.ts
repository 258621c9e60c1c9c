/** `caucase key-id`: prints which key a file holds, and which keys open a backup. */
import { CaucaseError, describeError } from "../core/errors.ts";
import { readBackupFileHeader } from "../core/host/backup_file.ts";
import { readKeyFile } from "../core/host/key_file.ts";
import { EXIT } from "./exit_status.ts";
import { keyIdCommand } from "./key_id/command.ts";
import { parseArguments } from "./subcommand.ts";
import { printError, printLine } from "./terminal.ts";

/** Prints what the command line asks for. Resolves with the exit status. */
export async function keyId(args: readonly string[]): Promise<number> {
  const command = keyIdCommand();
  parseArguments(command, args);
  const { privateKey = [], backup = [] } = command.opts();
  const keysRead = await forEachPath(privateKey, printKey);
  const backupsRead = await forEachPath(backup, printRecipients);
  return keysRead && backupsRead ? EXIT.ok : EXIT.error;
}

/**
 * One file that cannot be read is reported, and does not keep the others from being shown. Whether all could be read.
 */
async function forEachPath(paths: readonly string[], print: (path: string) => Promise<void>): Promise<boolean> {
  let allRead = true;
  for (const path of paths) {
    try {
      await print(path);
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      printError(`error: ${describeError(error)}`);
      allRead = false;
    }
  }
  return allRead;
}

async function printKey(path: string): Promise<void> {
  const { key } = await readKeyFile(path);
  if (key === undefined) throw new CaucaseError("file", `cannot use ${path}: it holds no private key`);
  printLine(`${path} ${key.publicKey.keyId}`);
}

async function printRecipients(path: string): Promise<void> {
  const { header } = await readBackupFileHeader(path);
  printLine(path);
  for (const { keyId } of header.recipients) printLine(`  ${keyId}`);
}
