/** A register that has seen years: rows as a server writes them, with certificates that differ in name and number. */
import { DatabaseSync } from "node:sqlite";
import { utf8 } from "../../core/bytes.ts";
import { newKey } from "../../tests/support/keys.ts";
import { dnsName, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { issueLeaf, leafOrder, newCa } from "../../tests/support/issuing.ts";
import { DAY } from "./scale.ts";

/** How often each host has got a certificate, and for how long certificates were issued, in days. */
const GENERATIONS = 8;
const SPAN = 450;
const LIFE = 93;

/** One in so many is revoked. */
const REVOKED_OF = 100;

const INSERT = "INSERT INTO caucase_certificate (ca, serial, issuer, key_id, request_id, profile, origin, actor," +
  " issued, not_before, not_after, crt) VALUES ('cas', ?, ?, ?, ?, 'leaf', ?, ?, ?, ?, ?, ?)";
const REVOKE = "INSERT INTO caucase_revocation (ca, serial, time, actor) VALUES ('cas', ?, ?, ?)";
const SERVER = '{"kind":"server"}';

/** Adds `count` certificates of the CA for services to the database of a stopped server, as of `now`. */
export async function seedRegister(path: string, { count, now }: { count: number; now: number }): Promise<void> {
  const template = await newTemplate();
  const hosts = Math.ceil(count / GENERATIONS);
  using database = new DatabaseSync(path);
  const insert = database.prepare(INSERT);
  const revoke = database.prepare(REVOKE);
  database.exec("BEGIN");
  for (let index = 0; index < count; index++) {
    const issued = Math.floor(now - (count - 1 - index) * SPAN * DAY / count);
    const serial = String(serialOf(index));
    const origin = index < hosts ? '{"kind":"automatic"}' : `{"kind":"renewal","of":"${serialOf(index - hosts)}"}`;
    const times = [issued, issued, issued + LIFE * DAY].map(BigInt);
    const der = template.named(nameOf(index % hosts));
    insert.run(serial, template.issuer, template.keyId, BigInt(index + 1), origin, SERVER, ...times, der);
    if (index % REVOKED_OF === 0) revoke.run(serial, BigInt(issued + DAY), SERVER);
  }
  database.exec("COMMIT");
}

/** All of the same length. */
function nameOf(host: number): string {
  return `host-${String(host).padStart(7, "0")}.zone-${String(host % 97).padStart(3, "0")}.example.org`;
}

/** As far apart as random ones, and made again at will: 19 bytes. */
function serialOf(index: number): bigint {
  const part = (factor: number) => (Math.imul(index + 1, factor) >>> 0).toString(16).padStart(8, "0");
  return BigInt(`0x4${part(0x9e3779b1)}${part(0x85ebca6b)}${part(0xc2b2ae35)}${part(0x27d4eb2f)}`);
}

/** A real certificate, in which the name can be changed: its signature is of no interest to the register. */
async function newTemplate() {
  const ca = await newCa();
  const key = await newKey("P-256");
  const name = nameOf(0);
  const order = leafOrder(ca.certificate, key.publicKey, [subjectAltNameExtension([dnsName(name)], false)]);
  const named = { ...order, content: { ...order.content, subject: commonNameDer(name) } };
  const { der, authorityKeyIdentifier } = await issueLeaf(named, ca);
  const places = placesOf(der, utf8(name));
  return {
    issuer: authorityKeyIdentifier ?? "",
    keyId: key.publicKey.keyId,
    named(other: string): Uint8Array {
      const copy = der.slice();
      for (const place of places) copy.set(utf8(other), place);
      return copy;
    },
  };
}

function placesOf(bytes: Uint8Array, part: Uint8Array): readonly number[] {
  const places: number[] = [];
  for (let at = 0; at + part.length <= bytes.length; at++) {
    if (part.every((byte, index) => bytes[at + index] === byte)) places.push(at);
  }
  return places;
}
