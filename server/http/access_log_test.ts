import assert from "node:assert/strict";
import { createLog } from "../../core/log.ts";
import { recordedLog, strictLog } from "../../tests/support/recorded_log.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { AccessLog } from "./access_log.ts";
import { AccessLogFile, type AccessLogOutput } from "./access_log_output.ts";

function outputOf(write: (bytes: Uint8Array) => Promise<void>): AccessLogOutput {
  return { name: "standard output", write };
}

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

Deno.test("AccessLog gathers lines and writes them together", async () => {
  const output = new SlowOutput();
  const log = new AccessLog({ output: outputOf(output.write), log: strictLog, gatherMs: 1 });
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
  const log = new AccessLog({ output: outputOf(output.write), log: strictLog, gatherMs: 60_000 });
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
    output: outputOf(output.write),
    log: recordedLog(warnings),
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
  const log = new AccessLog({ output: outputOf(write), log: recordedLog(warnings) });
  log.add("one");
  await log.close();
  log.add("two");
  await log.close();
  assert.equal(writes, 1);
  assert.deepEqual(warnings, ["The access log ends here, standard output cannot be written: Broken pipe"]);
});

Deno.test("AccessLog.close() does not wait for blocked output beyond its deadline", async () => {
  const output = new SlowOutput();
  const log = new AccessLog({ output: outputOf(output.write), log: strictLog });
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
  const log = new AccessLog({ output: outputOf(write), log: recordedLog(warnings), gatherMs: 1, retryMs: 1 });
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
  const told = createLog(() => warned.resolve());
  const log = new AccessLog({ output: outputOf(write), log: told, gatherMs: 1, retryMs: 60_000 });
  log.add("lost");
  await warned.promise;
  log.add("kept");
  full = false;
  await log.close();
  assert.deepEqual(pieces, ["\nkept\n"]);
});

/** A log that keeps the names of events, and can be waited for. */
class Heard {
  readonly events: string[] = [];
  #onEvent: () => void = () => {};
  readonly log = createLog(({ event }) => {
    this.events.push(event);
    this.#onEvent();
  });

  /** Resolves when it was told `count` times. */
  async times(count: number): Promise<void> {
    while (this.events.length < count) await new Promise<void>((resolve) => this.#onEvent = resolve);
  }
}

Deno.test("AccessLog makes its file for the owner and the group, and adds to one that is there", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/access.log`;
  for (const line of ["one", "two"]) {
    const log = new AccessLog({ output: new AccessLogFile(path), log: strictLog });
    log.add(line);
    await log.close();
  }
  assert.equal(await Deno.readTextFile(path), "one\ntwo\n");
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o137, 0, "no right that 0640 does not have");
});

Deno.test("AccessLog.reopen() leaves the file that was moved away, and loses no line", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/access.log`;
  const heard = new Heard();
  const log = new AccessLog({ output: new AccessLogFile(path), log: heard.log, gatherMs: 1 });
  const expected: string[] = [];
  for (let rotation = 1; rotation <= 5; rotation++) {
    await heard.times(rotation);
    for (let index = 0; index < 500; index++) expected.push(`${rotation} ${index}`);
    for (const line of expected.slice(-500, -250)) log.add(line);
    await Deno.rename(path, `${path}.${rotation}`);
    for (const line of expected.slice(-250)) log.add(line);
    log.reopen();
  }
  await log.close();
  const files = [1, 2, 3, 4, 5].map((rotation) => `${path}.${rotation}`);
  const texts = await Promise.all([...files, path].map((file) => Deno.readTextFile(file)));
  assert.deepEqual(texts.join("").trimEnd().split("\n"), expected);
  assert.deepEqual(new Set(heard.events), new Set(["access_log.opened"]));
});

Deno.test("AccessLog says once that its file cannot be opened, and keeps its lines until it can be", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/later/access.log`;
  const output = new AccessLogFile(path);
  const open = output.open.bind(output);
  let tries = 0;
  output.open = async () => {
    if (++tries === 4) await Deno.mkdir(`${folder.path}/later`);
    await open();
  };
  const heard = new Heard();
  const log = new AccessLog({ output, log: heard.log, gatherMs: 1, retryMs: 1 });
  log.add("early");
  await heard.times(2);
  log.add("late");
  await log.close();
  assert.deepEqual(heard.events, ["access_log.not_opened", "access_log.opened"]);
  assert.equal(await Deno.readTextFile(path), "early\nlate\n");
});

Deno.test("AccessLog.reopen() goes on with the old file where there can be no new one", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/access.log`;
  const heard = new Heard();
  const log = new AccessLog({ output: new AccessLogFile(path), log: heard.log });
  log.add("one");
  await heard.times(1);
  await Deno.rename(path, `${path}.1`);
  await Deno.mkdir(path);
  log.reopen();
  log.add("two");
  await heard.times(2);
  await log.close();
  assert.deepEqual(heard.events, ["access_log.opened", "access_log.not_reopened"]);
  assert.equal(await Deno.readTextFile(`${path}.1`), "one\ntwo\n");
});

Deno.test("AccessLog.reopen() changes nothing where there is no file, nor after the end", async () => {
  const pieces: string[] = [];
  const write = (bytes: Uint8Array) => Promise.resolve(void pieces.push(new TextDecoder().decode(bytes)));
  const log = new AccessLog({ output: outputOf(write), log: strictLog });
  log.add("one");
  log.reopen();
  log.add("two");
  await log.close();
  log.reopen();
  await log.close();
  assert.equal(pieces.join(""), "one\ntwo\n");
});
