/** What an updater remembers across restarts: a small JSON file beside the certificate. It holds nothing secret. */
import * as v from "valibot";
import { fromUtf8 } from "../../core/bytes.ts";
import { HOOK_OUTCOMES } from "../../core/protocol/installation.ts";
import { type FileSystem, readFileBytes, writeFileDurably } from "../../core/host/durable_file.ts";
import { type Task, type Track, UNTRIED } from "./plan.ts";
import type { UpdaterHost } from "./host.ts";

const FORMAT = "caucase updater, 1";

const TRACK = v.object({
  lastTry: v.nullable(v.number()),
  lastSuccess: v.nullable(v.number()),
  failures: v.number(),
  notBefore: v.nullable(v.number()),
  error: v.nullable(v.string()),
});

const REQUEST = v.object({
  /** Decimal. */
  id: v.string(),
  /** SHA-256 of the request that was sent, hex. */
  csr: v.string(),
  /** The server knows neither the request nor a certificate for it. */
  rejected: v.boolean(),
});

const LOST_RIGHTS = v.object({
  /** "owner (it was user 33)" */
  what: v.array(v.string()),
  /** Whether the file is known to have had it. */
  certain: v.boolean(),
  /** When the file was last changed by us, Unix milliseconds; null until that was looked at. */
  changed: v.nullable(v.number()),
});

const REPORTED = v.object({
  /** Whom it was for. */
  caUrl: v.string(),
  /** The last report that was sent; null when none was. */
  last: v.nullable(v.object({
    /** Decimal. */
    serial: v.string(),
    hook: v.picklist(HOOK_OUTCOMES),
    failingSince: v.nullable(v.number()),
    detail: v.nullable(v.string()),
    at: v.number(),
    /** Whether the server answered that it has it. */
    answered: v.boolean(),
  })),
  /** Until when a server that does not know such reports is left alone; null for all others. */
  unknownUntil: v.nullable(v.number()),
});

export type Reported = v.InferOutput<typeof REPORTED>;

export type LostRightsNote = v.InferOutput<typeof LOST_RIGHTS>;

const STATE = v.object({
  format: v.literal(FORMAT),
  /** Sets this host apart from others when it comes to spreading. */
  seed: v.string(),
  tracks: v.object({
    ...{ ca: TRACK, crl: TRACK, certificate: TRACK, hook: TRACK },
    // As the next two: older versions did not write it.
    report: v.optional(TRACK, UNTRIED),
  }),
  hookFailingSince: v.optional(v.nullable(v.number()), null),
  reported: v.optional(v.nullable(REPORTED), null),
  request: v.nullable(REQUEST),
  /** Fingerprints, by path, of what the hook was last run for with success, or what was there at the first start. */
  announced: v.record(v.string(), v.nullable(v.string())),
  /** By path: what files lost when they were replaced and nobody has given back. */
  lostRights: v.optional(v.record(v.string(), LOST_RIGHTS), {}),
  /** Next wake-up. */
  wakeAt: v.nullable(v.number()),
});

/** Times are Unix seconds. */
export type UpdaterState = Omit<v.InferOutput<typeof STATE>, "format" | "tracks"> & { tracks: Record<Task, Track> };

/** The state in the file at `path`; undefined when there is none, or none that can be understood. @throws `file` */
export async function readState(path: string, fileSystem: FileSystem): Promise<UpdaterState | undefined> {
  const bytes = await readFileBytes(path, fileSystem);
  if (bytes === undefined) return undefined;
  const parsed = v.safeParse(STATE, parseJson(bytes));
  if (!parsed.success) return undefined;
  const { format: _, ...state } = parsed.output;
  return state;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    // An edit by hand may break the file: the updater then begins again, which costs at most a needless hook.
    return undefined;
  }
}

/** The state of an updater that never ran. */
export function newState(random: UpdaterHost["random"]): UpdaterState {
  const tracks = { ca: UNTRIED, crl: UNTRIED, certificate: UNTRIED, hook: UNTRIED, report: UNTRIED };
  const nothing = { hookFailingSince: null, reported: null, request: null, wakeAt: null };
  return { seed: random(8).toHex(), tracks, ...nothing, announced: {}, lostRights: {} };
}

/** Keeps a state in its file; writes only what changed. */
export class StateFile {
  #written = "";

  constructor(private readonly path: string, private readonly fileSystem: FileSystem) {}

  /** @throws `file` */
  async save(state: UpdaterState): Promise<void> {
    const text = JSON.stringify({ format: FORMAT, ...state }, null, 2) + "\n";
    if (text === this.#written) return;
    await writeFileDurably(this.path, text, { fileSystem: this.fileSystem });
    this.#written = text;
  }
}
