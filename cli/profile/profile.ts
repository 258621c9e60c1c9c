/**
 * The profile: what `caucase login` keeps of a server, so that nobody types it each time. JSON: `url`, `userKey`,
 * `trustStore`; the last two may be missing, and paths may be relative to the file's folder.
 */
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { CaucaseError, malformed } from "../../core/errors.ts";
import { readFileBytes, writeFileDurably } from "../../core/host/durable_file.ts";
import { fileError } from "../../core/host/file_error.ts";
import { parseJson } from "../../core/json.ts";
import { decodeText } from "../../core/text.ts";

export interface Profile {
  /** HTTP base URL of the server. */
  readonly url: string;
  /** Path of the file with a user's key and certificate. */
  readonly userKey?: string;
  /** Folder with the CA certificates. */
  readonly trustStore?: string;
}

const ProfileShape = v.strictObject({
  url: v.string(),
  userKey: v.optional(v.pipe(v.string(), v.minLength(1))),
  trustStore: v.optional(v.pipe(v.string(), v.minLength(1))),
});

/** Only its person may read it: it says where a key is. */
const PROFILE_MODE = 0o600;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * The profile at `path`, its paths absolute; undefined when there is none.
 * @throws `file`, naming what is wrong with it
 */
export async function readProfile(path: string): Promise<Profile | undefined> {
  const bytes = await readFileBytes(path);
  if (bytes === undefined) return undefined;
  await requireUnshared(path);
  try {
    const { url, userKey, trustStore } = checked(parseJson(decodeText(bytes), "the profile"));
    const absolute = (other: string) => resolve(dirname(path), other);
    return {
      url,
      ...(userKey !== undefined && { userKey: absolute(userKey) }),
      ...(trustStore !== undefined && { trustStore: absolute(trustStore) }),
    };
  } catch (error) {
    if (error instanceof CaucaseError) throw fileError("use", path, error);
    throw error;
  }
}

/** Whoever may write to it chooses the server and whom to trust. @throws `file` where that is more than one person */
async function requireUnshared(path: string): Promise<void> {
  const mode = await modeBehind(path);
  if (mode === null || (mode & WRITABLE_BY_OTHERS) === 0) return;
  throw new CaucaseError("file", `cannot use ${path}: others may write to it`, { hint: `chmod go-w ${path}` });
}

/** Null where the system has no such rights. */
async function modeBehind(path: string): Promise<number | null> {
  try {
    return (await Deno.stat(path)).mode;
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/** Creates or replaces the profile at `path`, and makes its folder. @throws `file` */
export async function writeProfile(path: string, profile: Profile): Promise<void> {
  await makePrivateFolder(dirname(path));
  await writeFileDurably(path, `${JSON.stringify(profile, null, 2)}\n`, { mode: PROFILE_MODE });
}

/** A folder, and those above it, that nobody else may look into. One that is there stays as it is. @throws `file` */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError("make the folder", path, error);
  }
}

function checked(value: unknown): v.InferOutput<typeof ProfileShape> {
  const read = v.safeParse(ProfileShape, value);
  if (read.success) return read.output;
  const [issue] = read.issues;
  const place = v.getDotPath(issue);
  if (issue.type === "strict_object" && issue.expected === "never") {
    throw malformed(`it has the unknown member ${place}`);
  }
  throw malformed(place === null ? "it is no JSON object" : `${place}: it is missing, or not what it should be`);
}
