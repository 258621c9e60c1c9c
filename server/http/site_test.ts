import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { fakeExchange } from "../../tests/support/exchange.ts";
import { faultFields, serveSites, type Site } from "./site.ts";

/** Answers with its name; throws what the path asks for. */
function siteAt(prefix: string): Site {
  return {
    prefix,
    answer({ target }) {
      if (target.endsWith("/fault")) throw new Error(`fault of ${prefix}`);
      if (target.endsWith("/refused")) throw new CaucaseError("not-found", "nothing here");
      return { status: 200, body: prefix };
    },
    refuse: (error) => ({ status: error instanceof CaucaseError ? 404 : 500, body: `refused by ${prefix}` }),
  };
}

const [ROOT, ACME, NEW] = [siteAt(""), siteAt("/acme"), siteAt("/acme/new")];

Deno.test("serveSites() gives a request to the site with the longest prefix of whole segments", async () => {
  const cases: [string, string][] = [
    ["/", ""],
    ["/acm", ""],
    ["/acmed/x", ""],
    ["//acme", ""],
    ["/acme", "/acme"],
    ["/acme/", "/acme"],
    ["/acme?x", "/acme"],
    ["/acme/news", "/acme"],
    ["/acme/new", "/acme/new"],
    ["/acme/new/x?y", "/acme/new"],
  ];
  for (const sites of [[ROOT, ACME, NEW], [NEW, ACME, ROOT]]) {
    const serve = serveSites(sites, () => assert.fail("a fault"));
    for (const [target, body] of cases) {
      assert.deepEqual(await serve(fakeExchange({ target })), { status: 200, body }, target);
    }
  }
});

Deno.test("serveSites() answers 404 where no site is", async () => {
  const serve = serveSites([ACME], () => assert.fail("a fault"));
  for (const target of ["/", "/acmed", "//acme"]) {
    assert.deepEqual(await serve(fakeExchange({ target })), { status: 404 }, target);
  }
});

Deno.test("serveSites() answers OPTIONS * for all of them", async () => {
  const serve = serveSites([ACME], () => assert.fail("a fault"));
  assert.deepEqual(await serve(fakeExchange({ method: "OPTIONS", target: "*" })), { status: 204 });
});

Deno.test("serveSites() lets each site refuse in its own way, and reports what is a fault once", async () => {
  const faults: unknown[] = [];
  const passedOn: Site = {
    ...siteAt("/own"),
    answer: (_, refuse) => ({ ...refuse(new Error("passed on")), headers: { "X-Own": "1" } }),
  };
  const serve = serveSites([ROOT, ACME, passedOn], (error, { target }) => faults.push([target, error]));
  assert.deepEqual(await serve(fakeExchange({ target: "/acme/refused" })), { status: 404, body: "refused by /acme" });
  assert.deepEqual(faults, []);
  assert.deepEqual(await serve(fakeExchange({ target: "/acme/fault" })), { status: 500, body: "refused by /acme" });
  assert.deepEqual(await serve(fakeExchange({ target: "/fault" })), { status: 500, body: "refused by " });
  const own = await serve(fakeExchange({ target: "/own" }));
  assert.deepEqual(own, { status: 500, body: "refused by /own", headers: { "X-Own": "1" } });
  const expected = [["/acme/fault", "fault of /acme"], ["/fault", "fault of "], ["/own", "passed on"]];
  assert.deepEqual(faults, expected.map(([target, message]) => [target, new Error(message)]));
});

Deno.test("faultFields() name the request and what was thrown, and hold the stack of a refusal or its cause", () => {
  const refused = new CaucaseError("storage", "the fault", { cause: new Error("the cause"), hint: "mend it" });
  const { stack, ...fields } = faultFields(refused, fakeExchange());
  assert.deepEqual(fields, { method: "GET", target: "/", error: refused });
  assert.match(stack ?? "", /^caused by Error: the cause\n +at /);
  assert.match(
    faultFields(new CaucaseError("file", "the fault"), fakeExchange()).stack ?? "",
    /^[^\n]*the fault\n +at /,
  );
  const thrown = faultFields("a thrown text", fakeExchange());
  assert.deepEqual(thrown, { method: "GET", target: "/", error: "a thrown text" });
});
