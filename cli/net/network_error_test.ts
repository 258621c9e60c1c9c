import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { describeError } from "../../core/errors.ts";
import { freePortPair } from "../../tests/support/ports.ts";
import { httpRequest } from "./http_request.ts";
import { isVerificationFailure, networkError, wrongServer } from "./network_error.ts";

function systemError(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

const CAUSES: readonly (readonly [cause: unknown, said: string])[] = [
  [systemError("connect ETIMEDOUT 192.0.2.1:80", "ETIMEDOUT"), "no answer (check the address, *)"],
  [
    systemError("connect EHOSTUNREACH 192.0.2.1:80", "EHOSTUNREACH"),
    "there is no way to that host (check the address, *)",
  ],
  [systemError("getaddrinfo ENOTFOUND x", "ENOTFOUND"), "there is no host of that name (check the name, or the DNS)"],
  [systemError("getaddrinfo EAI_AGAIN x", "EAI_AGAIN"), "no DNS server answers (check the network)"],
  [systemError("aborted", "ECONNRESET"), "the answer broke off"],
  [systemError("socket hang up", "ECONNRESET"), "socket hang up"],
  [new Error("no answer for 60 s"), "no answer for 60 s"],
  ["text", "text"],
];

Deno.test("networkError() says what it means that a server cannot be talked to, and what to do", () => {
  for (const [cause, said] of CAUSES) {
    const error = networkError("GET x", cause);
    const [beginning = "", end] = `GET x: ${said}`.split("*");
    const text = describeError(error);
    assert.ok(end === undefined ? text === beginning : text.startsWith(beginning) && text.endsWith(end), text);
    assert.deepEqual([error.code, error.details.cause], ["unreachable", cause]);
  }
});

Deno.test("wrongServer() tells a wrong time from a wrong server", () => {
  const said = (code: string) => describeError(wrongServer("GET x", systemError("certificate is no good: ", code)));
  for (const code of ["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"]) {
    assert.match(said(code), /^GET x: certificate is no good \(check this machine's clock /);
  }
  for (
    const code of ["ERR_TLS_CERT_ALTNAME_INVALID", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "DEPTH_ZERO_SELF_SIGNED_CERT"]
  ) {
    assert.match(said(code), /^GET x: certificate is no good \(reach the server by the name in its --netloc; /);
    assert.ok(isVerificationFailure(systemError("x", code)));
  }
  assert.ok(!isVerificationFailure(systemError("x", "ECONNRESET")));
});

async function saidOf(url: string): Promise<string> {
  try {
    await httpRequest({ method: "GET", url: new URL(url) });
  } catch (error) {
    return describeError(error);
  }
  throw new Error(`${url} was to fail`);
}

Deno.test("networkError() knows what the runtime reports of wrong ports and wrong protocols", async () => {
  assert.match(
    await saidOf(`http://127.0.0.1:${freePortPair()}/`),
    /: connection refused \(nothing listens at that port: /,
  );
  const handshake = await saidOfSpeaker("http:", Uint8Array.of(0x15, 3, 3, 0, 2, 2, 0x32));
  assert.match(handshake, /: what answers there does not speak HTTP \(the URL is that of the HTTP port; /);
  const answer = await saidOfSpeaker("https:", utf8("HTTP/1.1 400 Bad Request\r\n\r\n"));
  assert.match(answer, /: what answers there does not speak TLS as it should \(/);
});

/** What is said of something that sends `bytes` on each connection. */
async function saidOfSpeaker(protocol: "http:" | "https:", bytes: Uint8Array): Promise<string> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const said = saidOf(`${protocol}//127.0.0.1:${(listener.addr as Deno.NetAddr).port}/`);
  using connection = await listener.accept();
  await connection.read(new Uint8Array(2000));
  await connection.write(bytes);
  return await said;
}
