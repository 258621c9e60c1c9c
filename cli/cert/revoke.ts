/** `caucase cert revoke` */
import { CaucaseError } from "../../core/errors.ts";
import { FILE_LIMIT } from "../../core/host/durable_file.ts";
import { type KeyFileContent, parseKeyFile, readKeyFile } from "../../core/host/key_file.ts";
import type { Message } from "../../core/protocol/envelope.ts";
import { holderRevocation, serialRevocation, userRevocation } from "../../core/protocol/revocation.ts";
import { nameToText } from "../../core/x509/name.ts";
import { ClientOutcome } from "../client/session.ts";
import type { ApiClient } from "../net/api_client.ts";
import { caOf } from "../options.ts";
import { requireSomebody, saysYes } from "../output/question.ts";
import { factLines } from "../output/table.ts";
import { minuteText } from "../output/times.ts";
import { connect, requireUser } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printLine, readStandardInput } from "../terminal.ts";
import { certRevokeCommand } from "./command.ts";
import { certificateLines } from "./facts.ts";

/** Revokes certificates. Resolves with the exit status. */
export async function certRevoke(args: readonly string[]): Promise<number> {
  const command = certRevokeCommand();
  parseArguments(command, args);
  const { mode, yes = false, ...connection } = command.opts();
  if (!yes) requireSomebody();
  const server = await connect(connection);
  const api = server.apis[caOf(mode)];
  const outcome = new ClientOutcome();
  await outcome.forEach(command.processedArgs[0], {
    name: (word) => /^\d+$/.test(word) ? `certificate ${word}` : word,
    async action(word) {
      const target = await targetOf(word);
      // The key of the certificate itself will do where there is no user.
      const message = server.user === undefined && target.own !== undefined ? await target.own() : target.asUser;
      if (message === target.asUser) requireUser(server);
      if (!yes) {
        for (const line of await linesAbout(api, target, server.now)) printError(line);
        if (!await saysYes(`Revoke certificate ${target.serial} for good`)) {
          printError(`certificate ${target.serial}: left as it is`);
          return outcome.failed();
        }
      }
      await api.revoke(message);
      printLine(`revoked ${target.serial}`);
    },
  });
  return outcome.status;
}

/** What is to be revoked. */
interface Target {
  readonly serial: bigint;
  /** Its file, where there is one. */
  readonly content: KeyFileContent | undefined;
  readonly asUser: Message;
  /** As its holder; undefined where its key is not at hand. */
  readonly own: (() => Promise<Message>) | undefined;
}

async function targetOf(word: string): Promise<Target> {
  if (/^\d+$/.test(word)) {
    return { serial: BigInt(word), content: undefined, asUser: serialRevocation(BigInt(word)), own: undefined };
  }
  const content = word === "-"
    ? await parseKeyFile(await readStandardInput(FILE_LIMIT), "standard input")
    : await readKeyFile(word);
  const { certificate, certificatePem, key } = content;
  if (certificate === undefined || certificatePem === undefined) {
    throw new CaucaseError("file", `cannot use ${word}: it holds no certificate`);
  }
  return {
    serial: certificate.serial,
    content,
    asUser: userRevocation(certificatePem),
    own: key && (() => holderRevocation(certificatePem, key)),
  };
}

/** From the register where there is one, else from the file; a bare number says nothing. */
async function linesAbout(api: ApiClient, { serial, content }: Target, now: number): Promise<string[]> {
  const entry = await unlessMissing(() => api.registered(`${serial}`));
  if (entry !== undefined) return certificateLines(entry, { now, names: new Map(), chain: [] });
  const certificate = content?.certificate;
  if (certificate === undefined) return [`Certificate ${serial} is not in the server's register.`];
  return factLines([
    ["Certificate", `${serial}`],
    ["Subject", nameToText(certificate.subject)],
    ["Valid", `until ${minuteText(certificate.notAfter)}`],
  ]);
}

/** Where nobody may look, or there is no register, nothing is known. */
async function unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof CaucaseError && (error.code === "not-found" || error.details.status === 401)) return undefined;
    throw error;
  }
}
