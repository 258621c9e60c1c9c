/** Actors, origins and events as JSON text in columns of ours: integers that a double may not hold are decimal strings. */
import * as v from "valibot";
import type { Actor } from "../../../core/ca/actor.ts";
import type { CaEvent, Origin } from "../../../core/ca/events.ts";
import { CaucaseError } from "../../../core/errors.ts";

const integer = v.pipe(v.string(), v.regex(/^\d+$/), v.transform((digits) => BigInt(digits)));

const ActorShape = v.variant("kind", [
  v.object({ kind: v.literal("user"), issuer: v.string(), serial: integer }),
  v.object({ kind: v.literal("holder"), serial: integer }),
  v.object({ kind: v.literal("account"), id: v.string() }),
  v.object({ kind: v.literal("anonymous"), address: v.string() }),
  v.object({ kind: v.literal("server") }),
  v.object({ kind: v.literal("operator") }),
]);

const OriginShape = v.variant("kind", [
  v.object({ kind: v.literal("automatic") }),
  v.object({ kind: v.literal("approved") }),
  v.object({ kind: v.literal("renewal"), of: integer }),
  v.object({ kind: v.literal("restore"), of: integer }),
  v.object({ kind: v.literal("server") }),
]);

const EventShape = v.variant("kind", [
  v.object({ kind: v.literal("requested"), id: integer, key: v.string() }),
  v.object({ kind: v.literal("rejected"), id: integer }),
  v.object({
    kind: v.literal("issued"),
    serial: integer,
    issuer: v.string(),
    id: integer,
    origin: OriginShape,
    notAfter: v.number(),
  }),
  v.object({ kind: v.literal("revoked"), serial: integer, crlNumber: integer }),
  v.object({ kind: v.literal("crl-renewed"), crlNumber: integer, thisUpdate: v.number() }),
  v.object({ kind: v.literal("issuer-added"), issuer: v.string(), notAfter: v.number(), imported: v.boolean() }),
  v.object({ kind: v.literal("issuers-dropped"), before: v.number() }),
  v.object({ kind: v.literal("crl-imported"), crlNumber: integer, added: v.number(), known: v.number() }),
  v.object({ kind: v.literal("clock-accepted") }),
  v.object({ kind: v.literal("restored") }),
]);

export function actorToText(actor: Actor): string {
  return toText(actor);
}

/** @throws `storage` for a text that is not of ours */
export function actorFromText(text: string): Actor {
  return fromText(ActorShape, text);
}

export function originToText(origin: Origin): string {
  return toText(origin);
}

/** @throws `storage` for a text that is not of ours */
export function originFromText(text: string): Origin {
  return fromText(OriginShape, text);
}

export function eventToText(event: CaEvent): string {
  return toText(event);
}

/** @throws `storage` for a text that is not of ours */
export function eventFromText(text: string): CaEvent {
  return fromText(EventShape, text);
}

function toText(value: Actor | Origin | CaEvent): string {
  return JSON.stringify(value, (_key, part) => typeof part === "bigint" ? String(part) : part);
}

function fromText<T>(shape: v.GenericSchema<unknown, T>, text: string): T {
  try {
    return v.parse(shape, JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof v.ValiError)) throw cause;
    throw notOurs(cause);
  }
}

/**
 * The one of `names` that a column holds.
 * @throws `storage` for anything else: what is not understood is not taken for something that is
 */
export function oneOf<Name extends string>(names: readonly Name[], value: unknown): Name {
  const found = names.find((name) => name === value);
  if (found === undefined) throw notOurs(new Error(`${String(value)} is none of ${names.join(", ")}`));
  return found;
}

function notOurs(cause: unknown): CaucaseError {
  return new CaucaseError("storage", "the database holds something else where a record of ours is expected", {
    cause,
    hint: "undo what another program changed in it, or restore a backup with manage --restore-backup",
  });
}
