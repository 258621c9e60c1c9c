/**
 * Every route of the interface for everybody who may come, over real connections; and what is refused changes nothing.
 */
import assert from "node:assert/strict";
import { type PublicCa, ROUTES } from "../../core/protocol/routes.ts";
import { connectVisitors, type Visitor, VISITOR_NAMES } from "../support/visitors.ts";
import { type AgedServer, holderFrom, runAgedServer } from "../support/aged_server.ts";
import { LIFE_SPAN, NOW } from "../support/issuing.ts";
import { RawClient } from "../support/raw_client.ts";
import { AUTHORISATION } from "./authorisation_table.ts";
import { requestOf, REQUESTS, routeNameOf, routeOf } from "./route_requests.ts";

const [HEAD = "", ...LINES] = AUTHORISATION.split("\n").filter((line) => line.trim() !== "");
const COLUMNS = HEAD.trim().split(/\s+/);

interface TableRow {
  /** Without the CA. */
  readonly name: string;
  readonly cas: readonly PublicCa[];
  readonly statuses: readonly number[];
}

const ROWS = LINES.map((line): TableRow => {
  const [label = "", ...statuses] = line.trim().split(/\s+/);
  const [name = "", ca] = label.split("@");
  return { name, cas: ca === "cau" || ca === "cas" ? [ca] : ["cau", "cas"], statuses: statuses.map(Number) };
});

Deno.test("the table of authorisation has a row for every route, a request for every row and a column for everybody", () => {
  const sorted = (names: Iterable<string>) => [...new Set(names)].toSorted();
  assert.deepEqual(sorted(ROWS.map(({ name }) => routeNameOf(name))), sorted(Object.keys(ROUTES)));
  assert.deepEqual(sorted(ROWS.map(({ name }) => name)), sorted(Object.keys(REQUESTS)));
  assert.deepEqual(COLUMNS, VISITOR_NAMES);
  for (const { name, statuses } of ROWS) assert.equal(statuses.length, COLUMNS.length, name);
});

/**
 * Tiles that a log has after hundreds of entries, and accounts, which come by ACME alone: users are told that there are
 * none.
 */
const NEED_MORE = ["auditTile", "auditFarthestTile", "account", "endAccount"];

Deno.test("the table of authorisation lets only users through where the route table says so", () => {
  for (const { name, statuses } of ROWS) {
    const allowed = COLUMNS.filter((_, index) => (statuses[index] ?? 0) < 300);
    if (routeOf(name).access === "user" && !NEED_MORE.includes(name)) {
      assert.deepEqual(allowed, ["user", "older", "chain"], name);
    }
  }
});

Deno.test("everybody gets what the table of authorisation says, and refusals change nothing", async (t) => {
  await using aged = await runAgedServer();
  const visitors = await connectVisitors(aged);
  for (const row of ROWS) {
    for (const ca of routeOf(row.name).path.includes("{ca}") ? row.cas : row.cas.slice(0, 1)) {
      await t.step(`${row.name} at ${ca}`, async () => {
        for (const [name, visitor] of visitors) {
          const expected = row.statuses[VISITOR_NAMES.indexOf(name)] ?? 0;
          await assertAnswer({ aged, ca, visitor }, { row: row.name, expected, who: name });
        }
      });
    }
  }
  for (const visitor of visitors.values()) visitor[Symbol.dispose]();
  assert.deepEqual(aged.server.warnings, []);
});

interface Expectation {
  readonly row: string;
  readonly expected: number;
  readonly who: string;
}

async function assertAnswer(
  circumstances: { aged: AgedServer; ca: PublicCa; visitor: Visitor },
  { row, expected, who }: Expectation,
): Promise<void> {
  const { aged: { database }, visitor } = circumstances;
  const { method, path, headers, body = "" } = await requestOf(row, circumstances);
  const before = database.contents();
  visitor.client.request(method, path, { headers: { ...headers, ...visitor.headers }, body });
  const { status, headers: answered, body: text } = await visitor.client.response();
  assert.equal(status, expected, `${who}: ${method} ${path}: ${text}`);
  assert.equal(answered["www-authenticate"], status === 401 ? "transport" : undefined, who);
  const isWrite = routeOf(row).method !== "GET";
  if (status >= 400) {
    assert.ok(database.contents() === before, `${who}: ${row} was refused and changed something`);
  } else if (isWrite) {
    assert.ok(database.contents() !== before, `${who}: ${row} was carried out and changed nothing`);
  }
}

Deno.test("a user whose CA expires is refused from that second on, on the connection that was open before", async () => {
  await using aged = await runAgedServer();
  const { server, olderCau } = aged;
  const user = await holderFrom(olderCau, { notAfter: NOW + 2 * LIFE_SPAN });
  using open = await RawClient.tls(server.port + 1, user);
  const statusOn = async (client: RawClient) => {
    client.request("GET", "/cas/csr");
    return (await client.response()).status;
  };
  server.clock.set(olderCau.certificate.notAfter);
  assert.equal(await statusOn(open), 200);
  server.clock.set(olderCau.certificate.notAfter + 1);
  assert.equal(await statusOn(open), 401);
  using fresh = await RawClient.tls(server.port + 1, user);
  assert.equal(await statusOn(fresh), 401);
});
