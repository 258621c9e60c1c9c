/** Object identifiers that we write all the time, encoded once: each costs a tenth of a certificate's encoding otherwise. */
import type { Bytes } from "../bytes.ts";
import { derOid } from "./writer.ts";
import { OID } from "./oids.ts";

const ENCODED: ReadonlyMap<string, Bytes> = new Map(Object.values(OID).map((oid) => [oid, derOid(oid)]));

/** What `derOid()` gives. Not to be changed: it is shared. */
export function oidDer(dotted: string): Bytes {
  return ENCODED.get(dotted) ?? derOid(dotted);
}
