/** The memory that bodies share. How one body is read: see listener_test.ts and listener_limits_test.ts. */
import assert from "node:assert/strict";
import type { CaucaseError } from "../../core/errors.ts";
import { BodyMemory, type HeldBody } from "./body_reader.ts";

class FakeBody implements HeldBody {
  held = 0;
  dropped: CaucaseError | undefined;

  constructor(readonly memory: BodyMemory) {}

  grow(bytes: number): this {
    this.held += bytes;
    this.memory.grow(this, bytes);
    return this;
  }

  drop(reason: CaucaseError): void {
    this.dropped = reason;
    this.release();
  }

  release(): void {
    this.memory.release(this, this.held);
    this.held = 0;
  }
}

Deno.test("BodyMemory drops the largest unfinished body when the limit is passed", () => {
  const memory = new BodyMemory(100);
  const small = new FakeBody(memory).grow(10);
  const large = new FakeBody(memory).grow(60);
  const growing = new FakeBody(memory).grow(30);
  assert.equal(memory.held, 100);
  growing.grow(1);
  assert.equal(large.dropped?.code, "malformed");
  assert.deepEqual([small.dropped, growing.dropped, memory.held], [undefined, undefined, 41]);
});

Deno.test("BodyMemory drops the body that grows when it is the largest itself", () => {
  const memory = new BodyMemory(100);
  const small = new FakeBody(memory).grow(10);
  const growing = new FakeBody(memory).grow(95);
  assert.equal(growing.dropped?.code, "malformed");
  assert.deepEqual([small.dropped, memory.held], [undefined, 10]);
});

Deno.test("BodyMemory never drops a finished body, but counts it until it is released", () => {
  const memory = new BodyMemory(100);
  const finished = new FakeBody(memory).grow(90);
  memory.finish(finished);
  const late = new FakeBody(memory).grow(20);
  assert.ok(late.dropped);
  assert.equal(finished.dropped, undefined);
  finished.release();
  assert.equal(new FakeBody(memory).grow(100).dropped, undefined);
});
