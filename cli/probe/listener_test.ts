import assert from "node:assert/strict";
import { DAY, LIFE_SPAN, newCa, NOW } from "../../tests/support/issuing.ts";
import { httpsCertificate } from "../../tests/support/probed_server.ts";
import { judgeClock, judgeHttpsCertificate } from "./listener.ts";
import type { ProbeAnswer } from "./server.ts";

const ANSWER: ProbeAnswer = {
  url: "https://ca.example.com/",
  text: "",
  date: undefined,
  askedAt: NOW,
  arrivedAt: NOW,
  serverCertificate: undefined,
};

Deno.test("judgeClock() lets a minute pass, and says what is more", () => {
  const cases: [ahead: number, message: string | undefined][] = [
    [0, undefined],
    [60, undefined],
    [61, "the server's clock is 61 s ahead of this machine's"],
    [86400, "the server's clock is 86400 s ahead of this machine's"],
    [-61, undefined],
    [-62, "the server's clock is 61 s behind this machine's"],
  ];
  for (const [ahead, message] of cases) {
    const judge = () => judgeClock({ ...ANSWER, date: new Date((NOW + ahead) * 1000).toUTCString() });
    if (message === undefined) assert.doesNotThrow(judge, `${ahead}`);
    else assert.throws(judge, { code: "unacceptable", message });
  }
});

Deno.test("judgeClock() does not blame the server for the time that its answer took", () => {
  const slow = { ...ANSWER, arrivedAt: NOW + 600 };
  for (const ahead of [0, 300, 600]) {
    assert.doesNotThrow(() => judgeClock({ ...slow, date: new Date((NOW + ahead) * 1000).toUTCString() }));
  }
});

Deno.test("judgeClock() wants a date", () => {
  for (const date of [undefined, "", "soon"]) {
    assert.throws(() => judgeClock({ ...ANSWER, date }), { code: "malformed", message: /header Date/ });
  }
});

Deno.test("judgeHttpsCertificate() finds a certificate that was not renewed", async () => {
  const ca = await newCa("ca.example.com");
  const long = await httpsCertificate(ca, "ca.example.com");
  const short = await httpsCertificate(ca, "ca.example.com", 1000);
  const end = NOW - 10 + LIFE_SPAN;
  const shortEnd = NOW - 10 + 1000;
  const cases: [certificate: Uint8Array, now: number, message: RegExp | undefined][] = [
    [long, NOW - 11, /^it is not valid before 2026-11-23T13:59:50Z$/],
    [long, NOW - 10, undefined],
    [long, end - 7 * DAY, undefined],
    [long, end - 7 * DAY + 1, /^it is about to expire, at 2027-02-24T13:59:50Z$/],
    [long, end + 1, /^it expired at 2027-02-24T13:59:50Z$/],
    // A tenth of a short life.
    [short, shortEnd - 100, undefined],
    [short, shortEnd - 99, /about to expire/],
  ];
  for (const [serverCertificate, now, message] of cases) {
    const judged = judgeHttpsCertificate({ ...ANSWER, serverCertificate }, now);
    if (message === undefined) await assert.doesNotReject(judged, `${now}`);
    else await assert.rejects(judged, { code: "untrusted", message });
  }
});

Deno.test("judgeHttpsCertificate() refuses what is no certificate", async () => {
  for (const serverCertificate of [undefined, new Uint8Array(), Uint8Array.of(0x30, 0)]) {
    await assert.rejects(judgeHttpsCertificate({ ...ANSWER, serverCertificate }, NOW), { code: "malformed" });
  }
});
