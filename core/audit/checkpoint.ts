/** Checkpoints: what a log says of itself, signed (C2SP tlog-checkpoint). */
import type { Bytes } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { HASH_BYTES, type TreeHead } from "./merkle.ts";
import { type NoteVerifier, openNote, signNote } from "./note.ts";

/** The name of a log and of its key: an address without scheme, of the server and the path of its log. */
export function originOf(netloc: string): string {
  return `${netloc}/audit`;
}

/** A signed checkpoint of `tree`. `privateKey` is PKCS #8, DER. */
export function signCheckpoint(origin: string, { size, root }: TreeHead, privateKey: Bytes): string {
  return signNote(`${origin}\n${size}\n${root.toBase64()}\n`, origin, privateKey);
}

/**
 * The tree of a checkpoint that the log's key signed.
 * @throws `malformed` for what is no checkpoint, `untrusted` for one of another log or with a wrong signature
 */
export function openCheckpoint(note: string, verifier: NoteVerifier): TreeHead {
  const { text } = openNote(note, verifier);
  const [origin, size = "", root = ""] = text.split("\n");
  if (origin !== verifier.name) throw malformed(`a checkpoint of ${verifier.name} names another log`);
  if (!/^(0|[1-9]\d{0,14})$/.test(size) || !/^[A-Za-z0-9+/]{43}=$/.test(root)) throw malformed("this is no checkpoint");
  const hash = Uint8Array.fromBase64(root);
  if (hash.length !== HASH_BYTES) throw malformed("this is no checkpoint");
  return { size: Number(size), root: hash };
}

const CHECKPOINTS = /[^\n]+\n\d+\n[^\n]+\n(?:[^\n]+\n)*\n(?:\u2014 [^\n]+\n)+\n*/gy;

/** The checkpoints of a file as a witness writes it, or of one alone. @throws `malformed` for anything else in it */
export function splitCheckpoints(text: string): readonly string[] {
  const notes = [...text.matchAll(CHECKPOINTS)].map(([note]) => note.trimEnd() + "\n");
  const read = [...text.matchAll(CHECKPOINTS)].reduce((length, [note]) => length + note.length, 0);
  if (notes.length > 0 && read === text.length) return notes;
  throw malformed(`this is no file of checkpoints, or not to its end: line ${text.slice(0, read).split("\n").length}`);
}
