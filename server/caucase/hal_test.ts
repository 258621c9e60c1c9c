import assert from "node:assert/strict";
import { type Route, ROUTES } from "../../core/protocol/routes.ts";
import { newTestApp } from "../../tests/support/test_app.ts";
import type { Answer } from "../http/exchange.ts";
import { describeCa, describeServer } from "./hal.ts";

interface ListedOperation {
  readonly href: string;
  readonly title?: string;
  readonly templated?: true;
  readonly method?: string;
}

interface Hal {
  readonly _links: Readonly<Record<string, ListedOperation>>;
  readonly _actions?: Readonly<Record<string, ListedOperation>>;
}

function parse({ body }: Answer): Hal {
  return JSON.parse(String(body));
}

/** Name → href, method and whether it is a template, without the titles, which are free. */
function withoutTitles(entries: Readonly<Record<string, ListedOperation>> = {}) {
  const shape = ([name, { href, method, templated }]: [string, ListedOperation]) => [name, { href, method, templated }];
  return Object.fromEntries(Object.entries(entries).map(shape));
}

const read = (href: string) => ({ href, method: undefined, templated: undefined });
const template = (href: string) => ({ href, method: undefined, templated: true as const });

function links(ca: string, userOrigin = "") {
  return {
    self: read(`/${ca}`),
    home: read("/"),
    getCertificateRevocationListList: read(`/${ca}/crl`),
    getCertificateRevocationList: template(`/${ca}/crl/{+authority_key_id}`),
    getPendingCertificateRequestList: read(`${userOrigin}/${ca}/csr`),
    getCertificateSigningRequest: template(`/${ca}/csr/{+csr_id}`),
    getCertificate: template(`/${ca}/crt/{+csr_id}`),
    getCACertificate: read(`/${ca}/crt/ca.crt.pem`),
    getCACertificateChain: read(`/${ca}/crt/ca.crt.json`),
    getHTTPSCACertificate: read(`/${ca}/crt/https.json`),
  };
}

function actions(ca: string, userOrigin = "") {
  return {
    createCertificateSigningRequest: { ...read(`/${ca}/csr`), method: "PUT" },
    deletePendingCertificateRequest: { ...template(`${userOrigin}/${ca}/csr/{+csr_id}`), method: "DELETE" },
    createCertificate: { ...template(`${userOrigin}/${ca}/crt/{+crt_id}`), method: "PUT" },
    renewCertificate: { ...read(`/${ca}/crt/renew`), method: "PUT" },
    revokeCertificate: { ...read(`/${ca}/crt/revoke`), method: "PUT" },
  };
}

Deno.test("describeServer() names both CAs", () => {
  const answer = describeServer();
  assert.equal(answer.headers?.["Content-Type"], "application/hal+json");
  assert.deepEqual(parse(answer), {
    _links: {
      self: { href: "/" },
      getCASHAL: { title: "cas", href: "/cas" },
      getCAUHAL: { title: "cau", href: "/cau" },
    },
  });
});

Deno.test("describeCa() lists every operation with its path, method and template", () => {
  for (const ca of ["cau", "cas"] as const) {
    for (const origin of ["", "https://ca.example.com:8010"]) {
      const { _links, _actions } = parse(describeCa(ca, origin));
      assert.deepEqual(withoutTitles(_links), links(ca, origin));
      assert.deepEqual(withoutTitles(_actions), actions(ca, origin));
    }
  }
});

Deno.test("describeCa() gives every operation a title, and leaves none of the table out", () => {
  const { _links, _actions = {} } = parse(describeCa("cas", ""));
  const named = Object.values<Route>(ROUTES).flatMap(({ hal }) => hal?.name ?? []);
  assert.deepEqual(Object.keys({ ..._links, ..._actions }).slice(2).toSorted(), named.toSorted());
  const titles = Object.entries({ ..._links, ..._actions }).slice(2).map(([, { title }]) => title);
  assert.ok(titles.every((title) => typeof title === "string" && title !== ""));
  assert.equal(new Set(titles).size, titles.length);
});

Deno.test("GET /{ca} over HTTP sends users to the HTTPS port beside the one that was asked; over HTTPS there are only paths", async () => {
  const app = await newTestApp();
  const cases: [string, string][] = [
    ["ca.example.com:8009", "https://ca.example.com:8010"],
    ["other.name:18009", "https://other.name:18010"],
    ["ca.example.com", "https://ca.example.com"],
    ["ca.example.com:80", "https://ca.example.com"],
    ["192.0.2.1:8009", "https://192.0.2.1:8010"],
    ["[2001:db8::1]:8009", "https://[2001:db8::1]:8010"],
    ["[2001:db8::1]", "https://[2001:db8::1]"],
    ['"><script>', "https://ca.example.com:8010"],
    ["ca.example.com:65535", "https://ca.example.com:8010"],
  ];
  for (const [host, origin] of cases) {
    const plain = JSON.parse((await app.ask("GET", "/cas", { headers: { host } })).text) as Hal;
    assert.deepEqual(withoutTitles(plain._links), links("cas", origin), host);
    assert.deepEqual(withoutTitles(plain._actions), actions("cas", origin), host);
    const secure = JSON.parse((await app.ask("GET", "/cas", { headers: { host }, as: null })).text) as Hal;
    assert.deepEqual(withoutTitles(secure._links), links("cas"), host);
  }
});
