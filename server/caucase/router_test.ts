import assert from "node:assert/strict";
import fc from "fast-check";
import { type Route, ROUTES } from "../../core/protocol/routes.ts";
import { garbageText } from "../../tests/support/garbage.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { allowedMethods, matchPath, selectRoute } from "./router.ts";

Deno.test("selectRoute() finds every route of the table, for both CAs", () => {
  for (const [name, { method, path }] of Object.entries<Route>(ROUTES)) {
    for (const ca of path.includes("{ca}") ? ["cau", "cas"] : [undefined]) {
      const match = matchPath(path.replace("{ca}", ca ?? "").replace(/\{\w+\}/, "123"));
      assert.equal(selectRoute(match, method).name, name);
      assert.deepEqual(selectRoute(match, method).route, ROUTES[name as keyof typeof ROUTES]);
      assert.equal(match.parameters["ca"], ca);
      assert.equal(match.parameters["id"], path.endsWith("_id}") ? "123" : undefined);
    }
  }
});

Deno.test("matchPath() ignores empty segments, the query and what comes before the path", () => {
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
  for (const target of targets) assert.equal(selectRoute(matchPath(target), "GET").name, "crlList", target);
  for (const target of ["/", "", "?x", "//", "http://ca.example.com"]) {
    assert.equal(selectRoute(matchPath(target), "GET").name, "root", target);
  }
});

Deno.test("matchPath() finds the same, whether a path is written as in the table or not", () => {
  for (const { path } of Object.values<Route>(ROUTES)) {
    for (const ca of ["cau", "cas"]) {
      const target = path.replace("{ca}", ca).replace(/\{\w+\}/, "123");
      assert.deepEqual(matchPath(target), matchPath(`/${target}/?x`), target);
    }
  }
});

Deno.test("matchPath() decodes a parameter once, and a slash in it divides nothing", () => {
  assert.equal(matchPath("/cas/csr/%31%32").parameters["id"], "12");
  assert.equal(matchPath("/cas/csr/a%2Fb").parameters["id"], "a/b");
  assert.equal(matchPath("/cas/csr/%2531").parameters["id"], "%31");
});

Deno.test("matchPath() knows no other path", () => {
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

Deno.test("matchPath() prefers a fixed segment to a parameter", () => {
  const cases: [string, string, string][] = [
    ["GET", "/cas/crt/ca.crt.pem", "caCertificate"],
    ["GET", "/cas/crt/ca.crt.json", "caChain"],
    ["PUT", "/cas/crt/renew", "renew"],
    ["PUT", "/cas/crt/revoke", "revoke"],
    ["GET", "/cas/crt/ca.crt.PEM", "certificate"],
    ["PUT", "/cas/crt/Renew", "sign"],
  ];
  for (const [method, path, name] of cases) assert.equal(selectRoute(matchPath(path), method).name, name, path);
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
      assert.equal(selectRoute(match, "HEAD").name, selectRoute(match, "GET").name, path);
    } else {
      assert.throws(() => selectRoute(match, "HEAD"), isRefusal("method-not-allowed"));
    }
  }
  assert.throws(() => selectRoute(matchPath("/cas/csr"), "put"), isRefusal("method-not-allowed"), "case matters");
});

Deno.test("matchPath() finds a path or refuses, whatever the target is", () => {
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
