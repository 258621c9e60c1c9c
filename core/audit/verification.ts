/**
 * Proves that a log holds what it held before: every entry is read and hashed, and the trees that come of it are
 * compared with what the log signs now and with checkpoints that somebody kept. Nothing the log says is believed but
 * its signatures, and of these only that they are of the key that signed what was kept.
 */
import { type Bytes, equalBytes } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { timeText } from "../log.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { type AuditEntry, decodeBundle, decodeEntry } from "./entry.ts";
import { HASH_BYTES, leafHash, provesInclusion, type TreeHead } from "./merkle.ts";
import { type NoteVerifier, parseVerifierKey } from "./note.ts";
import { Proofs } from "./proofs.ts";
import { splitTile, TILE_WIDTH, type TileName, tilePath, widthIn } from "./tiles.ts";
import { TreeEdge } from "./tree_edge.ts";

/** Where a log is read: a server, a database, a folder. */
export interface AuditSource {
  /** See `verifierKeyText()` in note.ts. */
  verifierKey(): Promise<string>;
  /** The newest one, signed. */
  checkpoint(): Promise<string>;
  /** Bytes of a tile or bundle at this width. */
  tile(name: TileName): Promise<Bytes>;
}

export interface VerificationOrder {
  /** Checkpoints that were kept elsewhere, signed. */
  readonly kept: readonly string[];
  /** One entry to show, with a proof that it is in the log; by its id. */
  readonly entry?: bigint | undefined;
  /** Told how many entries were read. */
  readonly onRead?: ((count: number) => void) | undefined;
}

/** What was found to be right. */
export interface Verified {
  readonly tree: TreeHead;
  /** The checkpoint of that tree, signed. */
  readonly note: string;
  readonly verifier: NoteVerifier;
  /** Sizes of the kept checkpoints. */
  readonly kept: readonly number[];
  /** Restores that the log tells of. */
  readonly restored: readonly AuditEntry[];
  readonly entry: AuditEntry | undefined;
}

/** How many changed entries a message names. */
const NAMED_AT_MOST = 10;

/** @throws `untrusted` for whatever does not fit together, with what is known of the reason; `malformed` */
export async function verifyAudit(source: AuditSource, order: VerificationOrder): Promise<Verified> {
  const verifier = parseVerifierKey(await source.verifierKey());
  const note = await source.checkpoint();
  const tree = openCheckpoint(note, verifier);
  const kept = order.kept.map((note) => openKept(note, verifier));
  const log = await readLog(source, tree, { sizes: kept.map(({ size }) => size), onRead: order.onRead });
  requireUnchanged(log, tree);
  for (const one of kept) requireContinued(one, { tree, log });
  return {
    ...{ tree, note, verifier },
    kept: kept.map(({ size }) => size),
    restored: log.restored,
    entry: order.entry === undefined ? undefined : await provenEntry(source, { tree, id: order.entry }),
  };
}

/** @throws `untrusted` when the key that the log has now did not sign it: then this is another log */
function openKept(note: string, verifier: NoteVerifier): TreeHead {
  try {
    return openCheckpoint(note, verifier);
  } catch (error) {
    if (!(error instanceof CaucaseError) || error.code !== "untrusted") throw error;
    throw new CaucaseError("untrusted", `the kept checkpoint is not of this log: ${error.message}`, {
      hint: "it is another server's, or the database was replaced by one with another key",
      cause: error,
    });
  }
}

/** What reading all entries showed. */
interface ReadLog {
  readonly root: Bytes;
  /** Roots of the trees of the first entries, by their number. */
  readonly roots: ReadonlyMap<number, Bytes>;
  /** Ids of entries that are not those which the log's own tiles are of. */
  readonly changed: readonly number[];
  /** Paths of tiles above those that are not what the entries make. */
  readonly changedTiles: readonly string[];
  readonly restored: readonly AuditEntry[];
}

async function readLog(
  source: AuditSource,
  { size }: TreeHead,
  { sizes, onRead }: { readonly sizes: readonly number[]; readonly onRead: VerificationOrder["onRead"] },
): Promise<ReadLog> {
  const edge = new TreeEdge();
  const roots = new Map<number, Bytes>();
  const changed: number[] = [];
  const changedTiles: string[] = [];
  const restored: AuditEntry[] = [];
  const wanted = new Set(sizes);
  const keepRoot = () => wanted.has(edge.size) && roots.set(edge.size, edge.root());
  keepRoot();
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const width = widthIn(size, { level: 0, index });
    const hashes = splitTile(await source.tile({ level: 0, index, width }), width);
    for (const bytes of decodeBundle(await source.tile({ level: "entries", index, width }), width)) {
      const leaf = leafHash(bytes);
      const recorded = hashes[edge.size - index * TILE_WIDTH];
      edge.append(leaf);
      if (recorded === undefined || !equalBytes(leaf, recorded)) changed.push(edge.size);
      const entry = entryIfReadable(bytes);
      if (entry?.event.kind === "restored") restored.push(entry);
      keepRoot();
    }
    for (const tile of settledTiles(edge, size)) if (!await isServed(tile, source)) changedTiles.push(tilePath(tile));
    onRead?.(edge.size);
  }
  return { root: edge.root(), roots, changed, changedTiles, restored };
}

/** Tiles above the lowest level that a tree of `size` entries has as they are now. */
function settledTiles(edge: TreeEdge, size: number) {
  return edge.takeTiles().filter(({ level }) => level > 0)
    .map((tile) => ({ ...tile, width: tile.hashes.length / HASH_BYTES }))
    .filter(({ width }) => width === TILE_WIDTH || edge.size === size);
}

async function isServed({ hashes, ...name }: TileName & { readonly hashes: Bytes }, source: AuditSource) {
  return equalBytes(hashes, await source.tile(name));
}

/** One that was changed need not be an entry any more: its hash shows that. */
function entryIfReadable(bytes: Bytes): AuditEntry | undefined {
  try {
    return decodeEntry(bytes);
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}

/** The entries are those which the log signs for now. */
function requireUnchanged({ root, changed, changedTiles }: ReadLog, tree: TreeHead): void {
  if (changed.length > 0) {
    const named = changed.slice(0, NAMED_AT_MOST).join(", ");
    const more = changed.length > NAMED_AT_MOST ? ` and ${changed.length - NAMED_AT_MOST} more` : "";
    throw new CaucaseError("untrusted", `entries were changed after they were recorded: ${named}${more}`);
  }
  if (!equalBytes(root, tree.root)) {
    throw new CaucaseError(
      "untrusted",
      `the log signs for other entries than its ${tree.size}: its tiles were changed`,
    );
  }
  const [tile] = changedTiles;
  if (tile !== undefined) {
    throw new CaucaseError("untrusted", `the log's ${tile} is not of its entries: it was changed`);
  }
}

/** The log begins with what it was when `kept` was signed. */
function requireContinued(
  kept: TreeHead,
  { tree, log: { roots, restored } }: { readonly tree: TreeHead; readonly log: ReadLog },
): void {
  const root = roots.get(kept.size);
  if (root !== undefined && equalBytes(root, kept.root)) return;
  const found = kept.size > tree.size
    ? `the log had ${kept.size} entries and has ${tree.size} now`
    : `the first ${kept.size} entries are not those that the kept checkpoint is of`;
  throw new CaucaseError("untrusted", [found, ...restored.slice(-1).map(restoreText)].join(". "), {
    hint: restored.length > 0
      ? "compare with a checkpoint of before that backup; if nobody of you restored one, somebody changed the log"
      : "entries were changed or removed: no restore of a backup is recorded",
  });
}

function restoreText({ id, time }: AuditEntry): string {
  return `Entry ${id} says that the database was restored from a backup at ${timeText(time)}: ` +
    "what was recorded between that backup and the restore is lost, and checkpoints of that time fit no more";
}

/** @throws `not-found`, `untrusted` */
async function provenEntry(
  source: AuditSource,
  { tree, id }: { readonly tree: TreeHead; readonly id: bigint },
): Promise<AuditEntry> {
  const position = Number(id) - 1;
  if (position < 0 || position >= tree.size) throw new CaucaseError("not-found", `the log has no entry ${id}`);
  const index = Math.floor(position / TILE_WIDTH);
  const width = widthIn(tree.size, { level: "entries", index });
  const bundle = await source.tile({ level: "entries", index, width });
  const bytes = decodeBundle(bundle, width)[position - index * TILE_WIDTH];
  const proof = await new Proofs(tree.size, (tile) => source.tile(tile)).inclusion(position);
  if (bytes === undefined || !provesInclusion(leafHash(bytes), position, { tree, proof })) {
    throw new CaucaseError("untrusted", `entry ${id} is not in the tree that the log signs`);
  }
  const entry = decodeEntry(bytes);
  if (entry.id !== id) throw new CaucaseError("untrusted", `entry ${entry.id} is in the place of entry ${id}`);
  return entry;
}
