import assert from "node:assert/strict";
import { AccessLog } from "./access_log.ts";

/** Output that takes a piece only when it is told to. */
class SlowOutput {
  readonly pieces: string[] = [];
  #release: (() => void) | undefined;
  #started = Promise.withResolvers<void>();

  readonly write = (bytes: Uint8Array): Promise<void> => {
    this.pieces.push(new TextDecoder().decode(bytes));
    this.#started.resolve();
    return new Promise((resolve) => this.#release = resolve);
  };

  /** Waits until a piece is being written. */
  async started(): Promise<void> {
    await this.#started.promise;
    this.#started = Promise.withResolvers();
  }

  release(): void {
    this.#release?.();
  }
}

const noWarning = (message: string) => assert.fail(message);

Deno.test("AccessLog gathers lines and writes them together", async () => {
  const output = new SlowOutput();
  const log = new AccessLog({ write: output.write, warn: noWarning, gatherMs: 1 });
  log.add("one");
  log.add("two");
  assert.deepEqual(output.pieces, []);
  await output.started();
  assert.deepEqual(output.pieces, ["one\ntwo\n"]);
  log.add("three");
  const closed = log.close();
  output.release();
  await output.started();
  output.release();
  await closed;
  assert.deepEqual(output.pieces, ["one\ntwo\n", "three\n"]);
});

Deno.test("AccessLog writes without waiting once much is gathered", async () => {
  const output = new SlowOutput();
  const log = new AccessLog({ write: output.write, warn: noWarning, gatherMs: 60_000 });
  for (let i = 0; i < 1000; i++) log.add("x".repeat(100));
  assert.equal(output.pieces.length, 1);
  output.release();
  await output.started();
  output.release();
  await log.close();
  assert.equal(output.pieces.join("").split("\n").length, 1001);
});

Deno.test("AccessLog drops lines while output is blocked, and says how many", async () => {
  const output = new SlowOutput();
  const warnings: string[] = [];
  const log = new AccessLog({
    write: output.write,
    warn: (message) => warnings.push(message),
    gatherMs: 1,
    maxKept: 100,
  });
  log.add("first");
  await output.started();
  for (let i = 0; i < 50; i++) log.add("123456789");
  output.release();
  await output.started();
  assert.equal(output.pieces[1], "123456789\n".repeat(10));
  assert.deepEqual(warnings, ["40 lines of the access log were dropped while standard output took none"]);
  const closed = log.close();
  output.release();
  await closed;
  assert.equal(warnings.length, 1);
});

Deno.test("AccessLog says once that the reader is gone, and goes on without", async () => {
  const warnings: string[] = [];
  let writes = 0;
  const write = () => {
    writes++;
    return Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
  };
  const log = new AccessLog({ write, warn: (message) => warnings.push(message) });
  log.add("one");
  await log.close();
  log.add("two");
  await log.close();
  assert.equal(writes, 1);
  assert.deepEqual(warnings, ["The access log ends here, standard output cannot be written: Broken pipe"]);
});

Deno.test("AccessLog.close() does not wait for blocked output beyond its deadline", async () => {
  const output = new SlowOutput();
  const log = new AccessLog({ write: output.write, warn: noWarning });
  log.add("one");
  await log.close(1);
  assert.deepEqual(output.pieces, ["one\n"]);
});

Deno.test("AccessLog goes on when output can be written again, on a new line, and says how many were dropped", async () => {
  const warnings: string[] = [];
  const pieces: string[] = [];
  const recovered = Promise.withResolvers<void>();
  let failures = 3;
  const write = (bytes: Uint8Array) => {
    if (failures-- > 0) return Promise.reject(new Error("No space left on device"));
    pieces.push(new TextDecoder().decode(bytes));
    recovered.resolve();
    return Promise.resolve();
  };
  const log = new AccessLog({ write, warn: (message) => warnings.push(message), gatherMs: 1, retryMs: 1 });
  const flood = setInterval(() => log.add("a line"), 1);
  await recovered.promise;
  clearInterval(flood);
  log.add("the last");
  await log.close();
  assert.match(pieces.join(""), /^\n(a line\n)+the last\n$/);
  assert.match(
    warnings.join("\n"),
    /^Lines of the access log are dropped, [^\n]*: No space left on device\n\d+ lines /,
  );
  assert.equal(warnings.length, 2);
});

Deno.test("AccessLog.close() tries a last time while output cannot be written", async () => {
  const pieces: string[] = [];
  let full = true;
  const write = (bytes: Uint8Array) => {
    if (full) return Promise.reject(new Error("No space left on device"));
    pieces.push(new TextDecoder().decode(bytes));
    return Promise.resolve();
  };
  const warned = Promise.withResolvers<void>();
  const log = new AccessLog({ write, warn: () => warned.resolve(), gatherMs: 1, retryMs: 60_000 });
  log.add("lost");
  await warned.promise;
  log.add("kept");
  full = false;
  await log.close();
  assert.deepEqual(pieces, ["\nkept\n"]);
});
