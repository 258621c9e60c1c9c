/** What clients send that are broken, or up to no good: whole requests, each of which must be refused. */
import { utf8 } from "../../core/bytes.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { type Credentials, CSR_TYPE } from "../../tests/support/desk.ts";
import { newEcKey } from "../../tests/support/issuing.ts";
import { csrFor } from "../../tests/support/requests.ts";
import type { SeededRandom } from "../fuzz/random.ts";
import type { Asking } from "./asking.ts";
import type { People } from "./job.ts";
import type { TrafficAction } from "./traffic.ts";

export interface BadWorld {
  readonly asking: Asking;
  readonly random: SeededRandom;
  readonly people: People;
  /** HTTP; HTTPS is the next one. */
  readonly port: number;
}

const MESSAGES = ["/cas/crt/renew", "/cas/crt/revoke", "/cau/crt/renew", "/cau/crt/revoke"];

const NO_MESSAGES = [
  "",
  "{",
  "[]",
  "null",
  '{"payload": 1, "digest": "sha256", "signature": ""}',
  '{"payload": "{}", "digest": "md5", "signature": "AAAA"}',
  '{"payload": "{}", "digest": "sha256", "signature": "AAAA"}',
  `{"payload": ${"[".repeat(1000)}${"]".repeat(1000)}}`,
];

/** Requests that fill the list of pending ones, at once. */
const FLOOD = 10;

export function badRequests(world: BadWorld): TrafficAction[] {
  const { asking, random, people } = world;
  const put = (path: string, type: string, body: Uint8Array<ArrayBuffer> | string) =>
    asking.ask("PUT", path, { headers: { "content-type": type }, body, expected: [400] });
  return [
    {
      name: "bad JSON",
      weight: 6,
      run: async () => void await put(random.pick(MESSAGES), "application/json", random.pick(NO_MESSAGES)),
    },
    {
      name: "another type",
      weight: 2,
      run: async () => void await put(random.pick(MESSAGES), "text/plain", "{}"),
    },
    {
      name: "random bytes for a request",
      weight: 6,
      run: async () => void await put("/cas/csr", CSR_TYPE["content-type"], randomRequest(random)),
    },
    { name: "replay", weight: 4, run: () => replay(world) },
    { name: "flood of requests", weight: 2, run: () => flood(world) },
    { name: "wrong method or path", weight: 4, run: () => wrongMethod(world) },
    { name: "as a revoked user", weight: 4, run: () => asNoUser(world, people.revokedUser) },
    { name: "as another CA's user", weight: 2, run: () => asNoUser(world, people.rogueUser) },
    { name: "as nobody", weight: 2, run: () => asNoUser(world, null) },
  ];
}

/** Bytes, or bytes that are at least PEM. */
function randomRequest(random: SeededRandom): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(random.bytes(random.size(3000)));
  return random.oneIn(2) ? bytes : utf8(encodePem(PEM_LABEL.CSR, bytes));
}

async function replay({ asking, random, people }: BadWorld): Promise<void> {
  if (random.oneIn(2)) await asking.putJson("/cas/crt/renew", people.spentRenewal, [400]);
  else await asking.putJson("/cas/crt/revoke", people.spentRevocation, [400, 409]);
}

async function flood({ asking }: BadWorld): Promise<void> {
  for (let sent = 0; sent < FLOOD; sent++) {
    if (await asking.submit("cau", await csrFor(await newEcKey(), "flood")) === undefined) return;
  }
}

async function wrongMethod({ asking, random }: BadWorld): Promise<void> {
  const [method, path, status] = random.pick<[string, string, number]>([
    ["DELETE", "/cas/crl", 405],
    ["POST", "/cau/csr", 405],
    ["PUT", "/", 405],
    ["BREW", "/cas", 400],
    ["GET", "/cas/crt/..%2f..%2fcaucase.sqlite", 400],
    ["GET", `/cas/crt/${random.next()}`, 404],
    ["GET", `/cas/csr/${"9".repeat(1000)}`, 404],
    ["GET", "/http_cas/crl", 404],
    ["GET", "/%ff%fe", 404],
  ]);
  await asking.ask(method, path, { expected: [status] });
}

async function asNoUser({ asking, random }: BadWorld, as: Credentials | null): Promise<void> {
  const [method, path] = random.pick<[string, string]>([
    ["GET", "/cau/csr"],
    ["GET", "/cas/csr"],
    ["PUT", `/cas/crt/${random.next()}`],
    ["DELETE", `/cas/csr/${random.next()}`],
  ]);
  await asking.ask(method, path, { as, expected: [401] });
}
