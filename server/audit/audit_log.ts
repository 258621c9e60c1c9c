/**
 * The audit log of a server: a tree over its events that grows by a job, away from whatever issues and revokes, and
 * what others read of it.
 */
import type { Bytes, RandomSource } from "../../core/bytes.ts";
import { openCheckpoint, originOf, signCheckpoint } from "../../core/audit/checkpoint.ts";
import { encodeBundle } from "../../core/audit/entry.ts";
import { leafHash } from "../../core/audit/merkle.ts";
import { type NoteVerifier, privateKeyFrom, publicKeyOf, verifierKeyText } from "../../core/audit/note.ts";
import type { AuditKey, AuditStore, StoredCheckpoint } from "../../core/audit/store.ts";
import { splitTile, TILE_WIDTH, type TileName, widthIn } from "../../core/audit/tiles.ts";
import { TreeEdge } from "../../core/audit/tree_edge.ts";
import type { AuditSource } from "../../core/audit/verification.ts";
import { equalBytes } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { Netloc } from "../../core/protocol/netloc.ts";
import { nextTurn } from "../next_turn.ts";

/** Entries that one checkpoint takes in at most: a first start with a million events writes its tiles in parts. */
const PIECE = 16 * TILE_WIDTH;

/** Entries that are read and hashed in one go: about two milliseconds. */
const SLICE = 64;

export interface AuditLogParts {
  readonly store: AuditStore;
  /** Of the server: names a log that has no name yet. */
  readonly netloc: Pick<Netloc, "text">;
  readonly random: RandomSource;
}

/** What a database says of its log. */
export class StoredAudit implements AuditSource {
  constructor(protected readonly store: AuditStore) {}

  /** @throws `not-found` before the first checkpoint */
  async verifierKey(): Promise<string> {
    const key = await this.store.key();
    if (key === undefined) throw none();
    return verifierKeyText(verifierOf(key));
  }

  /** @throws `not-found` before the first one */
  async checkpoint(): Promise<string> {
    return (await this.#newest()).note;
  }

  /** @throws `not-found` for what the newest checkpoint is not of */
  async tile({ level, index, width }: TileName): Promise<Bytes> {
    const { size } = await this.#newest();
    if (width > widthIn(size, { level, index })) throw new CaucaseError("not-found", "the log has no such tile yet");
    return level === "entries"
      ? encodeBundle(await this.store.recordedEntries(index * TILE_WIDTH, width))
      : await this.store.tile({ level, index, width });
  }

  async #newest(): Promise<StoredCheckpoint> {
    const newest = await this.store.newestCheckpoint();
    if (newest === undefined) throw none();
    return newest;
  }
}

/** The log of a server, which grows. */
export class AuditLog extends StoredAudit {
  readonly #parts: AuditLogParts;
  #edge: TreeEdge | undefined;

  constructor(parts: AuditLogParts) {
    super(parts.store);
    this.#parts = parts;
  }

  /**
   * Takes in all events, and signs checkpoints; where there are no new events, nothing happens. Ends early by the
   * signal.
   * @throws `storage` when the events or the tiles are not what they were
   */
  async grow(now: number, signal?: AbortSignal): Promise<void> {
    const { netloc, random } = this.#parts;
    const key = await this.store.key() ??
      await this.store.ensureKey({ origin: originOf(netloc.text), privateKey: privateKeyFrom(random(32)) });
    while (await this.#growOnce(key, now)) if (signal?.aborted) return;
  }

  /** Whether there may be more. */
  async #growOnce(key: AuditKey, now: number): Promise<boolean> {
    const newest = await this.store.newestCheckpoint();
    const verifier = verifierOf(key);
    const edge = await this.#edgeOf(newest, verifier);
    const from = edge.size;
    // What is appended and not stored after all must not be taken for stored.
    this.#edge = undefined;
    while (edge.size - from < PIECE) {
      const entries = await this.store.entries(edge.size, SLICE);
      for (const entry of entries) edge.append(leafHash(entry));
      if (entries.length < SLICE) break;
      await nextTurn();
    }
    const { size } = edge;
    if (size > from || newest === undefined) {
      const note = signCheckpoint(key.origin, { size, root: edge.root() }, key.privateKey);
      if (!await this.store.extend({ from, time: now, size, note, tiles: edge.takeTiles() })) return true;
    }
    this.#edge = edge;
    return size - from >= PIECE;
  }

  /** @throws `storage` when the tiles, or the last event, are not those which the newest checkpoint is of */
  async #edgeOf(newest: StoredCheckpoint | undefined, verifier: NoteVerifier): Promise<TreeEdge> {
    if (newest === undefined) return new TreeEdge();
    if (this.#edge?.size === newest.size) return this.#edge;
    const edge = await this.#storedEdge(newest, verifier);
    await this.#requireLastEntry(edge.size);
    return edge;
  }

  async #storedEdge(newest: StoredCheckpoint, verifier: NoteVerifier): Promise<TreeEdge> {
    try {
      const tree = openCheckpoint(newest.note, verifier);
      const edge = await TreeEdge.load(tree.size, (tile) => this.store.tile(tile));
      if (tree.size === newest.size && equalBytes(edge.root(), tree.root)) return edge;
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      throw changed(error);
    }
    throw changed();
  }

  /**
   * Else new events would get the numbers of those that were removed: no checkpoint would ever be of them.
   * @throws `storage` when the last event of a tree of `size` entries is not there any more
   */
  async #requireLastEntry(size: number): Promise<void> {
    if (size === 0) return;
    const index = Math.floor((size - 1) / TILE_WIDTH);
    const width = widthIn(size, { level: 0, index });
    const hash = splitTile(await this.store.tile({ level: 0, index, width }), width).at(-1);
    const [entry] = await this.store.entries(size - 1, 1);
    if (entry !== undefined && hash !== undefined && equalBytes(leafHash(entry), hash)) return;
    throw new CaucaseError("storage", `the newest checkpoint is of ${size} events, and the last of them is not there`, {
      hint: COMPARE,
    });
  }
}

/** @throws `storage` for a key that is none */
function verifierOf({ origin, privateKey }: AuditKey): NoteVerifier {
  try {
    return { name: origin, publicKey: publicKeyOf(privateKey) };
  } catch (cause) {
    throw new CaucaseError("storage", "the audit log's key in the database is no key", {
      hint: COMPARE,
      cause,
    });
  }
}

function none(): CaucaseError {
  return new CaucaseError("not-found", "the audit log has no checkpoint yet");
}

const COMPARE =
  "something else changed the database: compare with a backup, and with a checkpoint that was kept elsewhere";

function changed(cause?: CaucaseError): CaucaseError {
  return new CaucaseError("storage", "the audit log's tiles are not those that its newest checkpoint is of", {
    hint: COMPARE,
    ...(cause && { cause }),
  });
}
