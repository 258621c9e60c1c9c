import assert from "node:assert/strict";
import { placed } from "./places.ts";

const PLACES = { root: "/tmp/x/root", publicPort: 20000, port: 20002, webPort: 20004, opsPort: 20006 };

const CASES: readonly (readonly [text: string, here: string])[] = [
  ["--netloc ca.example.org", "--netloc localhost:20000"],
  ["http://ca.example.org/cas/crl", "http://localhost:20000/cas/crl"],
  ["https://ca.example.org/cas", "https://localhost:20001/cas"],
  ["http://ca.example.org:8009", "http://localhost:20002"],
  ["http://localhost:8009/ and https://localhost:8010/", "http://localhost:20002/ and https://localhost:20003/"],
  ["listen 80;", "listen 127.0.0.1:20000;"],
  ["listen 443;", "listen 127.0.0.1:20001;"],
  ["listen 443 ssl;", "listen 127.0.0.1:20004 ssl;"],
  ["bind :443", "bind 127.0.0.1:20001"],
  ["server_name ca.example.org;", "server_name localhost;"],
  ["cat /etc/one.conf >/var/two", "cat /tmp/x/root/etc/one.conf >/tmp/x/root/var/two"],
  ["file:/usr/local/bin/caucase", "file:/tmp/x/root/usr/local/bin/caucase"],
  ["~/etc/x work/var/x /usr/bin/x", "~/etc/x work/var/x /usr/bin/x"],
  ["--bind ::", "--bind 127.0.0.1"],
];

Deno.test("placed() finds names, ports and paths", () => {
  for (const [text, here] of CASES) assert.equal(placed(text, PLACES), here);
});

Deno.test("placed() leaves alone what is placed already", () => {
  for (const [, here] of CASES) assert.equal(placed(here, PLACES), here);
});
