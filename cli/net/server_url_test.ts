import assert from "node:assert/strict";
import { ROUTES } from "../../core/protocol/routes.ts";
import { operationUrl, parseServerUrl } from "./server_url.ts";

Deno.test("operationUrl() finds operations beside the base URL's path, HTTPS on the next port", () => {
  const { caCertificate: route, request } = ROUTES;
  const path = "cas/crt/ca.crt.pem";
  const cases: [base: string, secure: boolean, url: string][] = [
    ["http://ca.example.com", false, `http://ca.example.com/${path}`],
    ["http://ca.example.com/", true, `https://ca.example.com/${path}`],
    ["http://ca.example.com:8009", false, `http://ca.example.com:8009/${path}`],
    ["http://ca.example.com:8009/", true, `https://ca.example.com:8010/${path}`],
    ["http://ca.example.com:442", true, `https://ca.example.com/${path}`],
    ["http://ca.example.com/behind/it//?a=b#c", false, `http://ca.example.com/behind/it/${path}`],
    ["http://[::1]:8009", true, `https://[::1]:8010/${path}`],
  ];
  for (const [base, secure, url] of cases) {
    assert.equal(operationUrl(parseServerUrl(base, "URL"), { route, ca: "cas", secure }).href, url);
  }
  const withId = operationUrl(new URL("http://a/"), { route: request, ca: "cau", id: "../12" });
  assert.equal(withId.href, "http://a/cau/csr/..%2F12");
});

Deno.test("parseServerUrl() refuses what is no base URL of a server, naming where it was given", () => {
  for (
    const text of [
      "",
      "ca.example.com",
      "https://ca.example.com",
      "ftp://a/",
      "http://",
      "http://a:99999",
      "http://a:65535",
    ]
  ) {
    const message = `--ca-url: ${JSON.stringify(text)} is not an http: URL of a server`;
    assert.throws(() => parseServerUrl(text, "--ca-url"), { code: "usage", message });
  }
});

Deno.test("parseServerUrl() does not repeat a password", () => {
  for (const text of ["http://me:secret@a/", "http://secret@a/", "http://:secret@a/"]) {
    assert.throws(
      () => parseServerUrl(text, "URL"),
      { code: "usage", message: "URL: there must be no name or password in the URL" },
    );
  }
});
