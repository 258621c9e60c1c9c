/** The file of `--config`: several certificates in one process. */
import { resolve } from "node:path";
import * as v from "valibot";
import { CaucaseError } from "../../core/errors.ts";
import { readFileBytes } from "../../core/host/durable_file.ts";
import { decodeTextStrictly } from "../../core/text.ts";
import { ownFiles, RAW_ENTRY, toEntry, type UpdaterEntry } from "./entry_options.ts";

/** Members beside `certificates` hold for all of them. */
const CONFIGURATION = v.strictObject({
  ...RAW_ENTRY.entries,
  certificates: v.pipe(v.array(RAW_ENTRY), v.nonEmpty("it is empty")),
});

/**
 * The entries of the configuration file at `path`.
 * @throws `file` naming file and member, for what is not as it should be
 */
export async function readConfiguration(path: string): Promise<UpdaterEntry[]> {
  const bytes = await readFileBytes(path);
  if (bytes === undefined) throw new CaucaseError("file", `cannot read ${path}: it does not exist`);
  return parseConfiguration(bytes, path);
}

/** What a file with that content says; `path` names it in errors. */
export function parseConfiguration(bytes: Uint8Array, path: string): UpdaterEntry[] {
  const parsed = v.safeParse(CONFIGURATION, parseJson(bytes, path));
  if (!parsed.success) throw unusable(path, issueText(parsed.issues[0]));
  const { certificates, ...common } = parsed.output;
  const entries = certificates.map((one, index) => {
    try {
      return toEntry({ ...common, ...one }, (member) => `certificates[${index}].${member}`);
    } catch (error) {
      if (error instanceof CaucaseError) throw unusable(path, error.message);
      throw error;
    }
  });
  requireDifferent(entries, path);
  return entries;
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(decodeTextStrictly(bytes));
  } catch (error) {
    throw unusable(path, `it is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function issueText(issue: v.BaseIssue<unknown>): string {
  const member = (issue.path ?? []).map(({ key }) => typeof key === "number" ? `[${key}]` : `.${key}`).join("").slice(
    1,
  );
  if (issue.type === "strict_object" && issue.expected === "never") return `${member} is not known`;
  return member === "" ? issue.message : `${member}: ${issue.message}`;
}

/** Two that keep the same files would undo each other's work. */
function requireDifferent(entries: readonly UpdaterEntry[], path: string): void {
  const taken = new Set<string>();
  for (const entry of entries) {
    const own = [entry.name, ...ownFiles(entry)];
    const twice = own.find((file) => taken.has(resolve(file)));
    if (twice !== undefined) throw unusable(path, `two certificates use ${twice}`);
    for (const file of own) taken.add(resolve(file));
  }
}

function unusable(path: string, reason: string): CaucaseError {
  return new CaucaseError("file", `cannot use ${path}: ${reason}`);
}
