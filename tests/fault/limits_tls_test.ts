/** What TLS would let a client do without end, or twice: the runtime must refuse it. */
import assert from "node:assert/strict";
import { echo, listening } from "../support/listening.ts";
import { RawClient } from "../support/raw_client.ts";
import { opensslPath } from "../support/requirements.ts";

const openssl = opensslPath();

/** What `openssl s_client` writes until `pattern` matches, given `input` and a standard input that does not end. */
async function untilWritten(
  pattern: RegExp,
  { port, version, input }: { port: number; version: string; input: string },
) {
  const client = new Deno.Command(openssl ?? "", {
    args: ["s_client", "-connect", `127.0.0.1:${port}`, version],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = client.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  let written = "";
  let told = false;
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      written += text;
      if (!told && pattern.test(written)) {
        told = true;
        // It ends when its input does.
        await writer.close().catch(() => {});
      }
    }
  };
  await Promise.all([collect(client.stdout), collect(client.stderr)]);
  await client.status;
  if (!told) await writer.close().catch(() => {});
  return written;
}

Deno.test({
  name: "a client cannot have its TLS 1.2 connection negotiated again, which costs the server far more than the client",
  ignore: openssl === undefined,
  async fn() {
    await using server = await listening(echo);
    const refused = /:no renegotiation:/;
    // "R" on a line of its own asks for it.
    assert.match(await untilWritten(refused, { port: server.https, version: "-tls1_2", input: "R\n" }), refused);
    using other = await RawClient.tls(server.https);
    other.request("GET", "/");
    assert.equal((await other.response()).status, 200);
  },
});

Deno.test({
  name: "no data is taken with the first message of TLS 1.3, where it could be replayed",
  ignore: openssl === undefined,
  async fn() {
    await using server = await listening(echo);
    const limit = /Max Early Data: \d+\n/;
    const written = await untilWritten(limit, {
      port: server.https,
      version: "-tls1_3",
      input: "GET / HTTP/1.0\r\n\r\n",
    });
    assert.equal(limit.exec(written)?.[0], "Max Early Data: 0\n");
  },
});
