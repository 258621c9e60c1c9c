/** What an audit log needs to have remembered besides the events: its key, its tiles, its checkpoints. */
import type { Bytes } from "../bytes.ts";
import type { Tile } from "./tree_edge.ts";

/** The name of a log and the key that signs its checkpoints: made at its first use, and never changed. */
export interface AuditKey {
  readonly origin: string;
  /** Ed25519, PKCS #8, DER. */
  readonly privateKey: Bytes;
}

export interface StoredCheckpoint {
  /** Grows with time. */
  readonly id: bigint;
  /** When it was signed, Unix seconds. */
  readonly time: number;
  /** Of its tree. */
  readonly size: number;
  /** Signed. */
  readonly note: string;
}

/** A newer checkpoint, with the tiles that changed since the one before. */
export interface Growth extends Omit<StoredCheckpoint, "id"> {
  /** Size of the tree that it continues: that of the newest checkpoint, 0 where there is none. */
  readonly from: number;
  readonly tiles: readonly Tile[];
}

export interface AuditStore {
  /** Undefined where none was made yet. */
  key(): Promise<AuditKey | undefined>;
  /** Stores the first key; answers the one that is stored. */
  ensureKey(first: AuditKey): Promise<AuditKey>;
  newestCheckpoint(): Promise<StoredCheckpoint | undefined>;
  /** Those after the one with the id `after`, oldest first, at most `limit`; the oldest ones are forgotten in time. */
  checkpoints(after: bigint, limit: number): Promise<readonly StoredCheckpoint[]>;
  /**
   * Entries from `index` on, as `encodeEntry` makes them of events; at most `count`, fewer at the end.
   * @throws `storage` when an event between others is missing, or is none of ours
   */
  entries(index: number, count: number): Promise<readonly Bytes[]>;
  /** As `entries`, with exactly `count`: empty bytes where there is no such event, so that others see which. */
  recordedEntries(index: number, count: number): Promise<readonly Bytes[]>;
  /** The first `width` hashes of a tile. @throws `storage` when there are fewer */
  tile(tile: { readonly level: number; readonly index: number; readonly width: number }): Promise<Bytes>;
  /**
   * Stores all of it, or nothing: false when another checkpoint came in between.
   */
  extend(growth: Growth): Promise<boolean>;
}
