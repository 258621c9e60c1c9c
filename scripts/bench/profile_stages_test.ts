import assert from "node:assert/strict";
import type { Frame } from "./cpu_profile.ts";
import { hottestFunctions, type Stage, stageOfFrame, timePerStage } from "./profile_stages.ts";

const frame = (url: string, functionName = "f"): Frame => ({ functionName, url });
const ours = (file: string) => `file:///srv/caucase/${file}`;

Deno.test("stageOfFrame() knows what each part of the house works for", () => {
  const cases: [Frame, Stage | undefined][] = [
    [frame("", "(idle)"), "waiting"],
    [frame("", "(garbage collector)"), "garbage collection"],
    [frame("", "indexOf"), undefined],
    [frame("", "digest"), "hash"],
    [frame(ours("server/storage/sqlite/requests.ts")), "SQLite"],
    [frame(ours("core/der/reader.ts")), "DER, PEM and JSON"],
    [frame(ours("core/x509/csr.ts"), "parseCsr"), "DER, PEM and JSON"],
    [frame(ours("core/x509/csr.ts"), "verifyCsr"), "verify"],
    [frame(ours("core/keys/signer.ts")), "sign"],
    [frame(ours("core/profiles/leaf_profile.ts")), "policy and profile"],
    [frame(ours("server/http/listener.ts")), "HTTP, TLS and sockets"],
    [frame("node:_http_outgoing"), "HTTP, TLS and sockets"],
    [frame("ext:deno_crypto/00_crypto.js", "importKeyRSA"), "verify"],
    [frame("ext:deno_crypto/00_crypto.js", "sign"), "sign"],
  ];
  for (const [one, stage] of cases) assert.equal(stageOfFrame(one), stage, `${one.url} ${one.functionName}`);
});

const [root, http, pem, native] = [
  frame("", "(root)"),
  frame(ours("server/http/listener.ts")),
  frame(ours("core/pem.ts")),
  frame("", "indexOf"),
];

const SAMPLES = [
  { stack: [native, pem, http, root], at: 0, length: 5 },
  { stack: [http, root], at: 5, length: 7 },
  { stack: [native, root], at: 12, length: 2 },
];

Deno.test("timePerStage() counts what is built in for who called it, and callers in their total", () => {
  const times = timePerStage(SAMPLES).filter(({ total }) => total > 0);
  assert.deepEqual(times, [
    { stage: "HTTP, TLS and sockets", self: 7, total: 12 },
    { stage: "DER, PEM and JSON", self: 5, total: 5 },
    { stage: "other, native", self: 2, total: 2 },
  ]);
});

Deno.test("hottestFunctions() names the longest first, with their stages", () => {
  assert.deepEqual(hottestFunctions(SAMPLES, 2), [
    ["f http/listener.ts [HTTP, TLS and sockets]", 7],
    ["indexOf  [DER, PEM and JSON]", 5],
  ]);
});
