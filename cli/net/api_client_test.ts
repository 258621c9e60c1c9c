import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { httpAnswer, type RawAnswer, RawServer } from "../../tests/support/raw_server.ts";
import { ApiClient } from "./api_client.ts";

const MESSAGE = { payload: `{"revoke_crt_pem": "…"}`, digest: "sha256", signature: utf8("signature") } as const;

/** The request line and the body of what the call sends. */
async function sentBy(call: (api: ApiClient) => Promise<unknown>, answer: RawAnswer): Promise<(string | undefined)[]> {
  await using server = new RawServer(() => answer);
  await call(new ApiClient(`${server.url}/prefix/`, "cau"));
  assert.equal(server.requests.length, 1);
  const [head = "", body] = (server.requests[0] ?? "").split("\r\n\r\n");
  return [head.split("\r\n")[0], /^Content-Type: (.*)$/m.exec(head)?.[1], body];
}

Deno.test("ApiClient finds every operation that needs no user below its base URL", async () => {
  const calls: [call: (api: ApiClient) => Promise<unknown>, line: string][] = [
    [(api) => api.caCertificate(), "GET /prefix/cau/crt/ca.crt.pem"],
    [(api) => api.caChain(), "GET /prefix/cau/crt/ca.crt.json"],
    [(api) => api.crls(), "GET /prefix/cau/crl"],
    [(api) => api.request("9223372036854775807"), "GET /prefix/cau/csr/9223372036854775807"],
    [(api) => api.certificate("12"), "GET /prefix/cau/crt/12"],
  ];
  for (const [call, line] of calls) {
    assert.deepEqual(await sentBy(call, httpAnswer(200, "x")), [`${line} HTTP/1.1`, undefined, ""]);
  }
});

Deno.test("ApiClient.submit() sends the bytes as they are, and takes the id from Location", async () => {
  const answer = httpAnswer(201, "", { Location: "12" });
  const sent = await sentBy(async (api) => assert.equal(await api.submit(utf8("a\r\nb")), "12"), answer);
  assert.deepEqual(sent, ["PUT /prefix/cau/csr HTTP/1.1", "application/pkcs10", "a\r\nb"]);
});

for (const location of ["", "/cau/csr/12", "12 13", "\x1b[31m12", "-1"]) {
  Deno.test(`ApiClient.submit() refuses the Location ${JSON.stringify(location)}`, async () => {
    await using server = new RawServer(() => httpAnswer(201, "", location === "" ? {} : { Location: location }));
    const api = new ApiClient(server.url, "cas");
    // Node's parser is the first to refuse a control character.
    await assert.rejects(api.submit(utf8("csr")), ({ code }: CaucaseError) => /malformed|unreachable/.test(code));
  });
}

Deno.test("ApiClient sends signed messages as JSON", async () => {
  const json = JSON.stringify({ payload: MESSAGE.payload, digest: "sha256", signature: "c2lnbmF0dXJl" });
  const revoked = await sentBy((api) => api.revoke(MESSAGE), httpAnswer(204, ""));
  assert.deepEqual(revoked, ["PUT /prefix/cau/crt/revoke HTTP/1.1", "application/json", json]);
  const renewed = await sentBy((api) => api.renew(MESSAGE), httpAnswer(200, "pem"));
  assert.deepEqual(renewed, ["PUT /prefix/cau/crt/renew HTTP/1.1", "application/json", json]);
});

Deno.test("ApiClient tells what is not there from what is refused", async () => {
  await using server = new RawServer((request) => httpAnswer(request.includes("/12 ") ? 404 : 410, ""));
  const api = new ApiClient(server.url, "cas");
  assert.equal(await api.certificate("12"), undefined);
  assert.equal(await api.request("12"), undefined);
  await assert.rejects(api.certificate("13"), { code: "refused", message: /the server answered 410$/ });
  await using other = new RawServer(() => httpAnswer(404, ""));
  await assert.rejects(new ApiClient(other.url, "cas").crls(), {
    code: "refused",
    details: { status: 404, hint: "check the URL: a caucase server would have this" },
  });
});

const REASONS: readonly (readonly [what: string, body: string | Uint8Array<ArrayBuffer>, told: RegExp])[] = [
  ["nothing", "", /the server answered 400$/],
  ["a reason", "bad digest", /the server answered 400: bad digest$/],
  ["several lines", "\r\nbad\n\n\tdigest\n", /the server answered 400: bad digest$/],
  ["terminal controls", "\x1b]0;title\x07red\x9b31m\u202e", /the server answered 400: \]0;title red[\P{C}]*31m$/u],
  ["a page", `<!DOCTYPE html>${"<p>".repeat(1_000_000)}`, /the server answered 400$/],
  ["much text", "no ".repeat(1_000_000), /the server answered 400: [no ]{290,300}$/],
  ["a character cut in two", "é".repeat(200).replace("é", "x"), /the server answered 400: xé+\ufffd?$/],
  ["no text", new Uint8Array([0xff, 0xfe, 0x00, 0x80]), /the server answered 400: [\ufffd ]+$/],
];

for (const [what, body, told] of REASONS) {
  Deno.test(`ApiClient tells a refusal's reason in one line: ${what}`, async () => {
    const bytes = typeof body === "string" ? utf8(body) : body;
    const head = utf8(`HTTP/1.1 400 -\r\nContent-Length: ${bytes.length}\r\nRetry-After: 17\r\n\r\n`);
    await using server = new RawServer(() => ({ bytes: new Uint8Array([...head, ...bytes]) }));
    await assert.rejects(new ApiClient(server.url, "cas").crls(), (error) => {
      assert.ok(error instanceof CaucaseError && error.code === "refused");
      assert.ok(error.message.startsWith(`GET ${server.url}/cas/crl: `));
      assert.match(error.message, told);
      assert.deepEqual([error.details.status, error.details.retryAfter], [400, 17]);
      return true;
    });
  });
}

Deno.test("ApiClient refuses a base URL of another kind", () => {
  for (const url of ["ca.example.com", "https://ca.example.com", "http://me:secret@ca.example.com"]) {
    assert.throws(() => new ApiClient(url, "cas"), { code: "usage", message: /^--ca-url: / });
  }
});
