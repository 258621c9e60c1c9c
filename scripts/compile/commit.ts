/** Which commit is compiled, from git. */
import { run } from "./run.ts";

export interface Commit {
  /** Twelve hexadecimal digits; followed by `+dirty` when the program's files are not as committed. */
  readonly name: string;
  /** When it was committed; seconds since 1970. */
  readonly date: number;
}

/**
 * The commit of the project at `root`, as far as `files` (relative to it) are concerned.
 * @throws Error where git cannot tell, as in sources without their history
 */
export async function readCommit(root: string, files: readonly string[]): Promise<Commit> {
  const git = async (...args: readonly string[]) => await runGit(root, args);
  if (await git("rev-parse", "--show-cdup") !== "") {
    throw new Error("the folder is part of another project's repository");
  }
  const [id = "", date = ""] = (await git("log", "-1", "--format=%H %ct")).split(" ");
  const changes = await git("status", "--porcelain", "--", ...files);
  return { name: id.slice(0, 12) + (changes === "" ? "" : "+dirty"), date: Number(date) };
}

async function runGit(root: string, args: readonly string[]): Promise<string> {
  const { success, out, err } = await run("git", { args: [...args], cwd: root });
  if (!success) throw new Error(err.split("\n")[0]);
  return out;
}

/**
 * Seconds since 1970 that stand for the time of the build: `SOURCE_DATE_EPOCH` where it is set, else the commit's;
 * undefined without both. Never the clock's, so that the same sources give the same files.
 * @throws Error for a variable that is no number
 */
export function buildDate(sourceDateEpoch: string | undefined, commit: Commit | undefined): number | undefined {
  if (sourceDateEpoch === undefined || sourceDateEpoch === "") return commit?.date;
  if (!/^\d{1,11}$/.test(sourceDateEpoch)) {
    throw new Error(`SOURCE_DATE_EPOCH: ${sourceDateEpoch} is no number of seconds`);
  }
  return Number(sourceDateEpoch);
}
