import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { fakeExchange, type FakeRequest } from "../../tests/support/exchange.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import type { Answer } from "./exchange.ts";
import { type Admissions, RouteTable } from "./route_table.ts";

/** Second steps of a site that knows members by a header. */
interface Steps {
  readonly anyone: () => Answer;
  readonly member: (caller: { readonly name: string }) => Answer;
}

const ROUTES = {
  read: { method: "GET", path: "/{kind}/{thing_id}", access: "anyone" },
  write: { method: "PUT", path: "/{kind}/{written_id}", access: "member" },
  secret: { method: "POST", path: "/secret", access: "anyone", secure: true },
} as const;

const done: string[] = [];

const ADMISSIONS: Admissions<Steps> = {
  anyone: (step) => step(),
  member: (step, { exchange }) => {
    const name = exchange.header("member");
    done.push("admitted");
    if (name === undefined) throw new CaucaseError("unauthenticated", "members only");
    return step({ name });
  },
};

const TABLE = new RouteTable({
  prefix: "/club",
  routes: ROUTES,
  closed: { kind: ["book", "song"] },
  handlers: {
    read: ({ parameters: { kind, thing_id } }) => () => ({
      status: 200,
      body: `${kind satisfies "book" | "song"} ${thing_id}`,
    }),
    write: async ({ exchange, parameters: { kind, written_id } }) => {
      const { length } = await exchange.body();
      done.push("looked at");
      if (length === 0) throw new CaucaseError("malformed", "nothing to write");
      return ({ name }) => {
        done.push("written");
        return { status: 200, body: `${name} ${kind} ${written_id}` };
      };
    },
    // @ts-expect-error: what is open to anyone has no caller with a name
    secret: () => ({ name }: { readonly name: string }) => ({ status: 200, body: `${name}` }),
  },
  admissions: ADMISSIONS,
});

/** The answer, and what was done for it. */
async function ask(request: FakeRequest): Promise<[answer: string, done: string[]]> {
  done.length = 0;
  const exchange = fakeExchange(request);
  const found = TABLE.select(TABLE.match(exchange.target), exchange);
  const refuse = (error: unknown): Answer => ({ status: error instanceof CaucaseError ? 400 : 500, body: `${error}` });
  const { status, body = "" } = await TABLE.run(found, { exchange, refuse });
  return [`${status} ${body}`, [...done]];
}

Deno.test("a table gives a handler the parameters of its path by their names, decoded", async () => {
  assert.deepEqual(await ask({ target: "/club/song/a%2Fb" }), ["200 song a/b", []]);
});

Deno.test("a table admits the caller after the first step of a handler and before the second", async () => {
  const write = { method: "PUT", target: "/club/book/1" };
  const member = { headers: { member: "ann" } };
  assert.deepEqual(await ask(write), ["400 CaucaseError: nothing to write", ["looked at"]]);
  assert.deepEqual(await ask({ ...write, body: "x" }), ["400 CaucaseError: members only", ["looked at", "admitted"]]);
  const written = ["looked at", "admitted", "written"];
  assert.deepEqual(await ask({ ...write, ...member, body: "x" }), ["200 ann book 1", written]);
});

Deno.test("a table has what is for HTTPS alone over HTTPS alone", () => {
  const match = TABLE.match("/club/secret");
  const post = { method: "POST", target: "/club/secret" };
  assert.equal(TABLE.select(match, fakeExchange({ ...post, secure: true })).name, "secret");
  assert.throws(() => TABLE.select(match, fakeExchange({ ...post, secure: false })), isRefusal("not-found"));
  assert.throws(
    () => TABLE.select(match, fakeExchange({ method: "GET", secure: false })),
    isRefusal("method-not-allowed"),
  );
});

Deno.test("a table knows no other paths, and no other values of a closed parameter", () => {
  for (const target of ["/book/1", "/club/film/1", "/club/book", "/club"]) {
    assert.throws(() => TABLE.match(target), isRefusal("not-found"), target);
  }
});
