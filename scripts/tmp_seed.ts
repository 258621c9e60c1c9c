import { openSqliteStorage } from "../server/storage/sqlite/sqlite_storage.ts";
import { DatabaseSync } from "node:sqlite";
import { issueLeaf, leafOrder, newCa, newEcKey, NOW } from "../tests/support/issuing.ts";
import { dnsName, subjectAltNameExtension } from "../core/x509/general_name.ts";
import { commonNameDer } from "../core/x509/name.ts";
const path = "/tmp/reg1m.sqlite";
for (const s of ["", "-wal", "-shm"]) {
  try {
    Deno.removeSync(path + s);
  } catch { /**/ }
}
const quiet: any = new Proxy({}, { get: () => () => {} });
const st = await openSqliteStorage({ path, lock: false, log: quiet });
await st.close();
const ca = await newCa();
const key = await newEcKey();
const order = leafOrder(ca.certificate, key.publicKey, [
  subjectAltNameExtension([dnsName("host-0000000.example.org"), dnsName("www-0000000.example.net")], false),
]);
const leaf = await issueLeaf({
  ...order,
  content: { ...order.content, subject: commonNameDer("host-0000000.example.org") },
}, ca);
const der = new Uint8Array(leaf.der);
const text = new TextDecoder("latin1").decode(der);
const places: number[] = [];
for (let at = -1; (at = text.indexOf("0000000.example", at + 1)) >= 0;) places.push(at);
console.log(der.length, places);
const db = new DatabaseSync(path);
db.exec("PRAGMA synchronous=OFF; BEGIN");
const ins = db.prepare(
  "INSERT INTO caucase_certificate (ca, serial, issuer, key_id, request_id, profile, origin, actor, issued, not_before, not_after, crt) VALUES ('cas',?,?,?,?,'leaf',?,?,?,?,?,?)",
);
const N = Number(Deno.args[0] ?? 1000000);
const L = 93 * 86400;
const actor = '{"kind":"user","issuer":"ab","serial":"12"}';
for (let i = 1; i <= N; i++) {
  const end = NOW - 365 * 86400 + Math.floor(i / N * (365 + 93) * 86400);
  const digits = String(i % 300000).padStart(7, "0");
  for (const at of places) for (let k = 0; k < 7; k++) der[at + k] = digits.charCodeAt(k);
  const serial = (BigInt(i) * 0x9e3779b97f4a7c15f39cc0605cedc835n) % (1n << 158n);
  const prev = (BigInt(i - 300000) * 0x9e3779b97f4a7c15f39cc0605cedc835n) % (1n << 158n);
  const origin = i > 300000 ? `{"kind":"renewal","of":"${prev}"}` : '{"kind":"approved"}';
  ins.run(
    String(serial),
    "cd".repeat(20),
    serial.toString(16).padStart(40, "0").slice(0, 40),
    serial >> 96n,
    origin,
    actor,
    BigInt(end - L),
    BigInt(end - L),
    BigInt(end),
    der,
  );
  if (i % 97 === 0) {
    db.prepare("INSERT INTO caucase_revocation (ca, serial, time, actor) VALUES ('cas',?,?,?)").run(
      String(serial),
      BigInt(end - 1000),
      actor,
    );
  }
}
db.exec("COMMIT");
db.close();
console.log(Deno.statSync(path).size / 1e6, "MB");
