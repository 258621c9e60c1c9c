/** `caucase cert show` */
import type { Actor } from "../../core/ca/actor.ts";
import { CaucaseError } from "../../core/errors.ts";
import { findKeyFile } from "../../core/host/key_file.ts";
import { type CertificateEntry, writeCertificateEntry } from "../../core/protocol/register.ts";
import { EXIT } from "../exit_status.ts";
import type { ApiClient } from "../net/api_client.ts";
import { caOf } from "../options.ts";
import { printJson } from "../output/json.ts";
import { connect, requireUser } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printLine } from "../terminal.ts";
import { certShowCommand } from "./command.ts";
import { certificateLines } from "./facts.ts";
import { commonNameIn } from "../user/people.ts";
import { entriesAsJson, searchRegister } from "./register_pages.ts";

/** Shows a certificate. Resolves with the exit status. */
export async function certShow(args: readonly string[]): Promise<number> {
  const command = certShowCommand();
  parseArguments(command, args);
  const { mode, json = false, ...connection } = command.opts();
  const [word] = command.processedArgs;
  const serial = await serialIn(word);
  const server = await connect(connection);
  requireUser(server);
  const api = server.apis[caOf(mode)];
  const entry = serial === undefined ? await newestOf(api, word) : await requireRegistered(api, serial, mode);
  const chain = await chainOf(api, entry);
  if (json) {
    printJson({ ...JSON.parse(writeCertificateEntry(entry)), chain: entriesAsJson(chain) });
    return EXIT.ok;
  }
  const names = await usersNamed(
    server.apis.cau,
    [entry, ...chain].flatMap(({ by, revocation }) => [by, revocation?.by]),
  );
  for (const line of certificateLines(entry, { now: server.now, names, chain })) printLine(line);
  return EXIT.ok;
}

/** A serial number as it is, or that of the certificate in a file; decimal. Undefined without such a file. */
async function serialIn(text: string): Promise<string | undefined> {
  if (/^\d+$/.test(text)) return BigInt(text).toString();
  const content = await findKeyFile(text);
  if (content === undefined) return undefined;
  if (content.certificate === undefined) throw new CaucaseError("file", `cannot use ${text}: it holds no certificate`);
  return `${content.certificate.serial}`;
}

/** The newest certificate that has exactly this name. @throws `not-found` */
async function newestOf(api: ApiClient, name: string): Promise<CertificateEntry> {
  const found = await searchRegister(api, { name });
  const entry = found.find(({ subject, dns, ip }) => [subject, commonNameIn(subject), ...dns, ...ip].includes(name));
  if (entry !== undefined) return entry;
  throw new CaucaseError("not-found", `there is neither a file ${name} nor a certificate with this name`, {
    hint: "caucase cert list --name finds parts of names; those of users need --mode user",
  });
}

/** @throws `not-found` */
async function requireRegistered(
  api: ApiClient,
  serial: string,
  mode: "service" | "user",
): Promise<CertificateEntry> {
  const entry = await api.registered(serial);
  if (entry !== undefined) return entry;
  throw new CaucaseError("not-found", `the register has no certificate with the serial number ${serial}`, {
    hint: mode === "service" ? "those of users need --mode user" : "those of services need --mode service",
  });
}

/** Renewals are followed no further, in each direction: 25 years of one host. */
const LONGEST_CHAIN = 100;

/** The renewals that led to it and followed it, oldest first, itself among them; as far as the register reaches. */
async function chainOf(api: ApiClient, entry: CertificateEntry): Promise<CertificateEntry[]> {
  const before = await follow(api, entry, ({ origin }) => origin.kind === "renewal" ? origin.of : null);
  const after = await follow(api, entry, ({ renewedBy }) => renewedBy);
  return [...before.toReversed(), entry, ...after];
}

async function follow(
  api: ApiClient,
  from: CertificateEntry,
  next: (entry: CertificateEntry) => bigint | null,
): Promise<CertificateEntry[]> {
  const found: CertificateEntry[] = [];
  for (let serial = next(from); serial !== null && found.length < LONGEST_CHAIN;) {
    const entry = await api.registered(`${serial}`);
    if (entry === undefined) break;
    found.push(entry);
    serial = next(entry);
  }
  return found;
}

/** Subjects of the users among `actors`, by the serial numbers of their certificates. */
async function usersNamed(
  cau: ApiClient,
  actors: readonly (Actor | null | undefined)[],
): Promise<ReadonlyMap<bigint, string>> {
  const serials = new Set(actors.flatMap((actor) => actor?.kind === "user" ? [actor.serial] : []));
  const found = await Promise.all([...serials].map(async (serial) => {
    const user = await cau.registered(`${serial}`);
    return user === undefined ? [] : [[serial, `${user.subject} (certificate ${serial})`] as const];
  }));
  return new Map(found.flat());
}
