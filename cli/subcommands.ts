/**
 * The one list of subcommands: running, help, completion and manual come from it. It is handed to those that tell of
 * all others.
 */
import { type FoundCommand, fromGroup } from "./command_group.ts";
import { parseArguments, type Subcommand } from "./subcommand.ts";

/** In the order of the overview. */
export const SUBCOMMANDS: readonly Subcommand[] = [
  {
    name: "serve",
    summary: "run a certificate authority for services and one for users",
    group: "A certificate authority:",
    table: async () => (await import("./serve/command.ts")).serveCommand(),
    prose: async () => (await import("./serve/command.ts")).serveManual,
    loadsLibraries: true,
    load: async () => {
      warmUpCryptography();
      return (await import("./serve.ts")).serve;
    },
  },
  {
    name: "manage",
    summary: "restore and check backups, take over another CA, hand one over",
    group: "A certificate authority:",
    table: async () => (await import("./manage/command.ts")).manageCommand(),
    prose: async () => (await import("./manage/command.ts")).manageManual,
    load: async () => (await import("./manage.ts")).manage,
  },
  {
    name: "probe",
    summary: "check a server from outside",
    group: "A certificate authority:",
    table: async () => (await import("./probe/command.ts")).probeCommand(),
    prose: async () => (await import("./probe/command.ts")).probeManual,
    load: async () => (await import("./probe.ts")).probe,
  },
  {
    name: "login",
    summary: "keep a server and a user's key for the commands below",
    group: "As a user:",
    table: async () => (await import("./login/command.ts")).loginCommand(),
    prose: async () => (await import("./login/command.ts")).loginManual,
    load: async () => (await import("./login.ts")).login,
  },
  {
    name: "csr",
    summary: "requests: list, show, sign, reject, submit",
    group: "As a user:",
    ...fromGroup(async () => (await import("./csr/group.ts")).csrGroup),
  },
  {
    name: "cert",
    summary: "certificates: list, show, get, renew, revoke",
    group: "As a user:",
    ...fromGroup(async () => (await import("./cert/group.ts")).certGroup),
  },
  {
    name: "user",
    summary: "users: list, invite, revoke",
    group: "As a user:",
    ...fromGroup(async () => (await import("./user/group.ts")).userGroup),
  },
  {
    name: "ca",
    summary: "the CAs: show, fingerprint, https, rollover-plan",
    group: "As a user:",
    ...fromGroup(async () => (await import("./ca/group.ts")).caGroup),
  },
  {
    name: "acme",
    summary: "ACME: keys for new accounts, and accounts",
    group: "As a user:",
    ...fromGroup(async () => (await import("./acme/group.ts")).acmeGroup),
  },
  {
    name: "audit",
    summary: "the audit log: show, verify, export",
    group: "As a user:",
    ...fromGroup(async () => (await import("./audit/group.ts")).auditGroup),
  },
  {
    name: "status",
    summary: "how a server does, on one screen",
    group: "As a user:",
    table: async () => (await import("./status/command.ts")).statusCommand(),
    prose: async () => (await import("./status/command.ts")).statusManual,
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: "client",
    summary: "the same in the words of the reference, any number of actions in one call",
    group: "Certificates:",
    table: async () => (await import("./client/command.ts")).clientCommand(),
    prose: async () => (await import("./client/command.ts")).clientManual,
    load: async () => (await import("./client.ts")).client,
  },
  {
    name: "updater",
    summary: "get a certificate, and keep it and its CA certificates and CRLs up to date",
    group: "Certificates:",
    table: async () => (await import("./updater/command.ts")).updaterCommand(),
    prose: async () => (await import("./updater/command.ts")).updaterManual,
    load: async () => (await import("./updater.ts")).updater,
  },
  {
    name: "rerequest",
    summary: "make a new key, and a request like an older one",
    group: "Certificates:",
    table: async () => (await import("./rerequest/command.ts")).rerequestCommand(),
    prose: async () => (await import("./rerequest/command.ts")).rerequestManual,
    load: async () => (await import("./rerequest.ts")).rerequest,
  },
  {
    name: "key-id",
    summary: "print identifiers of private keys, and of the keys that open a backup",
    group: "Certificates:",
    table: async () => (await import("./key_id/command.ts")).keyIdCommand(),
    prose: async () => (await import("./key_id/command.ts")).keyIdManual,
    load: async () => (await import("./key_id.ts")).keyId,
  },
  {
    name: "completion",
    summary: "print what makes a shell complete command lines of caucase",
    group: "This program:",
    table: async () => (await import("./completion/command.ts")).completionCommand(),
    prose: async () => (await import("./completion/command.ts")).completionManual,
    load: async () => {
      const { completion } = await import("./completion.ts");
      return (args) => completion(args, SUBCOMMANDS);
    },
  },
  {
    name: "manual",
    summary: "print a page of the manual",
    group: "This program:",
    table: async () => (await import("./manual/command.ts")).manualCommand(SUBCOMMANDS),
    prose: async () => (await import("./manual/command.ts")).manualManual,
    load: async () => {
      const { manual } = await import("./manual.ts");
      return (args) => manual(args, SUBCOMMANDS);
    },
  },
];

/** Runs the subcommand or verb. Resolves with its exit status. @throws `EarlyExit` after help or a complaint */
export async function runSubcommand(
  { table, loadsLibraries = false, load }: FoundCommand["command"],
  args: readonly string[],
): Promise<number> {
  if (!loadsLibraries) Deno.permissions.revokeSync({ name: "ffi" });
  // Help and version need the table alone. Where the word is an option's value, parsing ends well and the subcommand
  // runs.
  if (args.some((argument) => ["-h", "--help", "--version"].includes(argument))) parseArguments(await table(), args);
  return await (await load())(args);
}

/**
 * The runtime's cryptography takes a twentieth of a second to find its randomness when it is first used, which would be
 * by TLS, on the thread that answers. A key that nobody needs makes it do so on another thread, while code is loaded.
 */
function warmUpCryptography(): void {
  crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]).catch(() => {});
}
