import assert from "node:assert/strict";
import fc from "fast-check";
import { type Route, ROUTES } from "../../core/protocol/routes.ts";
import { garbageText } from "../../tests/support/garbage.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { allowedMethods, parameterNames, Router, selectRoute } from "./router.ts";

const ROUTER = new Router(ROUTES, { prefix: "", closed: { ca: ["cau", "cas"] } });

function matchPath(target: string) {
  return ROUTER.match(target);
}

Deno.test("selectRoute() finds every route of the table, for both CAs", () => {
  for (const [name, { method, path }] of Object.entries<Route>(ROUTES)) {
    for (const ca of path.includes("{ca}") ? ["cau", "cas"] : [undefined]) {
      const match = matchPath(path.replace("{ca}", ca ?? "").replace(/\{\w+\}/g, "123"));
      assert.equal(selectRoute(match, method), name);
      const id = parameterNames(path).filter((parameter) => parameter !== "ca").map(() => "123");
      assert.deepEqual(match.values, [...(ca === undefined ? [] : [ca]), ...id]);
      assert.equal(parameterNames(path).length, match.values.length);
    }
  }
});

Deno.test("match() ignores empty segments, the query and what comes before the path", () => {
  const targets = [
    "/cas/crl",
    "//cas//crl/",
    "/cas/crl///",
    "/cas/crl?a=/b",
    "/cas/crl/?",
    "/cas/crl#x",
    "http://ca.example.com:8009/cas/crl",
    "HTTPS://[2001:db8::1]/cas/crl?x",
    "/%63as/crl",
  ];
  for (const target of targets) assert.equal(selectRoute(matchPath(target), "GET"), "crlList", target);
  for (const target of ["/", "", "?x", "//", "http://ca.example.com"]) {
    assert.equal(selectRoute(matchPath(target), "GET"), "root", target);
  }
});

Deno.test("match() finds the same, whether a path is written as in the table or not", () => {
  for (const { path } of Object.values<Route>(ROUTES)) {
    for (const ca of ["cau", "cas"]) {
      const target = path.replace("{ca}", ca).replace(/\{\w+\}/g, "123");
      assert.deepEqual(matchPath(target), matchPath(`/${target}/?x`), target);
    }
  }
});

Deno.test("match() decodes a parameter once, and a slash in it divides nothing", () => {
  assert.equal(matchPath("/cas/csr/%31%32").values[1], "12");
  assert.equal(matchPath("/cas/csr/a%2Fb").values[1], "a/b");
  assert.equal(matchPath("/cas/csr/%2531").values[1], "%31");
});

Deno.test("match() knows no other path", () => {
  const targets = ["/x", "/cax", "/CAS", "/http_cas", "/http_cas/crl", "/cas/crt", "/cas/csr/1/2", "/cors/x"];
  targets.push(
    "/cas/%",
    "/cas/csr/%zz",
    "/cas/csr/%ff",
    "/../cas",
    "/./cas",
    "/cas/..",
    "/__proto__",
    "/cas/constructor/1",
  );
  for (const target of targets) {
    assert.throws(() => matchPath(target), isRefusal("not-found"), target);
  }
});

Deno.test("match() prefers a fixed segment to a parameter", () => {
  const cases: [string, string, string][] = [
    ["GET", "/cas/crt/ca.crt.pem", "caCertificate"],
    ["GET", "/cas/crt/ca.crt.json", "caChain"],
    ["PUT", "/cas/crt/renew", "renew"],
    ["PUT", "/cas/crt/revoke", "revoke"],
    ["GET", "/cas/crt/ca.crt.PEM", "certificate"],
    ["PUT", "/cas/crt/Renew", "sign"],
  ];
  for (const [method, path, name] of cases) assert.equal(selectRoute(matchPath(path), method), name, path);
});

Deno.test("selectRoute() serves HEAD like GET, and refuses other methods with those that the path has", () => {
  const cases: [string, string][] = [
    ["/", "GET, OPTIONS"],
    ["/cors", "GET, POST, OPTIONS"],
    ["/cas", "GET, OPTIONS"],
    ["/cas/crl", "GET, OPTIONS"],
    ["/cas/csr", "GET, PUT, OPTIONS"],
    ["/cas/csr/1", "GET, DELETE, OPTIONS"],
    ["/cas/crt/1", "GET, PUT, OPTIONS"],
    ["/cas/crt/renew", "PUT, OPTIONS"],
    ["/cas/crt/ca.crt.pem", "GET, OPTIONS"],
  ];
  for (const [path, methods] of cases) {
    const match = matchPath(path);
    assert.equal(allowedMethods(match).join(", "), methods, path);
    const allow = { details: { allow: methods.split(", ") } };
    assert.throws(() => selectRoute(match, "PATCH"), { code: "method-not-allowed", ...allow }, path);
    if (methods.startsWith("GET")) {
      assert.equal(selectRoute(match, "HEAD"), selectRoute(match, "GET"), path);
    } else {
      assert.throws(() => selectRoute(match, "HEAD"), isRefusal("method-not-allowed"));
    }
  }
  assert.throws(() => selectRoute(matchPath("/cas/csr"), "put"), isRefusal("method-not-allowed"), "case matters");
});

Deno.test("match() finds a path or refuses, whatever the target is", () => {
  const segment = fc.oneof(
    fc.constantFrom("cas", "cau", "crl", "csr", "crt", "renew", "ca.crt.pem", "", ".", "..", "%2e", "%", "%c3%28"),
    garbageText(10),
  );
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
      try {
        assert.ok(allowedMethods(matchPath("/" + segments.join("/"))).length >= 2);
      } catch (error) {
        assert.ok(isRefusal("not-found")(error));
      }
    }),
    { numRuns: 500 },
  );
});

const SMALL = {
  nonce: { method: "HEAD", path: "/nonce" },
  noContent: { method: "GET", path: "/nonce" },
  fixedLast: { method: "GET", path: "/{kind}/mine" },
  fixedFirst: { method: "GET", path: "/orders/{id}" },
  kinds: { method: "GET", path: "/{kind}" },
  anything: { method: "GET", path: "/{first}/{second}" },
};

Deno.test("a router puts the prefix before every path, and nothing else is a path of its own", () => {
  const router = new Router(SMALL, { prefix: "/acme", closed: { kind: ["a", "b"] } });
  for (const path of ["/acme/nonce", "//acme/nonce/", "/acme/nonce?x"]) {
    assert.equal(selectRoute(router.match(path), "GET"), "noContent", path);
  }
  for (const path of ["/nonce", "/acmenonce", "/acme", "/", "/acme/acme/nonce/x"]) {
    assert.throws(() => router.match(path), isRefusal("not-found"), path);
  }
});

Deno.test("a router takes a route of the table for HEAD before the one for GET", () => {
  const router = new Router(SMALL, { prefix: "", closed: { kind: ["a", "b"] } });
  assert.equal(selectRoute(router.match("/nonce"), "HEAD"), "nonce");
  assert.deepEqual(allowedMethods(router.match("/nonce")), ["HEAD", "GET", "OPTIONS"]);
});

Deno.test("a router prefers fixed segments, then certain values, from the left", () => {
  const router = new Router(SMALL, { prefix: "", closed: { kind: ["a", "b"] } });
  const cases = [["/a/mine", "fixedLast"], ["/orders/mine", "fixedFirst"], ["/c/mine", "anything"], ["/b", "kinds"]];
  for (const [path = "", name] of cases) assert.equal(selectRoute(router.match(path), "GET"), name, path);
  assert.throws(() => router.match("/c"), isRefusal("not-found"));
});

Deno.test("a router is not made of two routes for one request", () => {
  const routes = { one: { method: "GET", path: "/a/{x}" }, other: { method: "GET", path: "/a/{y}" } };
  assert.throws(() => new Router(routes, { prefix: "", closed: {} }), /two routes for GET/);
});
