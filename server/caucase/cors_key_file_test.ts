import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { type CorsKeys, formatKeySet, KEY_LIFE, parseKeySet } from "../../core/cors/key_set.ts";
import { ManualClock } from "../../core/host/clock.ts";
import { randomBytes } from "../../core/host/random.ts";
import { recordedLog } from "../../tests/support/recorded_log.ts";
import { openCorsKeyFile } from "./cors_key_file.ts";

const NOW = 1_795_000_000;
const SECRET = "A".repeat(43);

class Scene implements AsyncDisposable {
  readonly clock = new ManualClock(NOW);
  readonly warnings: string[] = [];

  private constructor(readonly folder: string) {}

  static async create(): Promise<Scene> {
    return new Scene(await Deno.makeTempDir());
  }

  get path(): string {
    return join(this.folder, "cors.key");
  }

  open(): Promise<CorsKeys> {
    const log = recordedLog(this.warnings);
    return openCorsKeyFile({ path: this.path, clock: this.clock, random: randomBytes, log });
  }

  async stored() {
    return parseKeySet(await Deno.readTextFile(this.path));
  }

  async mode(): Promise<number> {
    return ((await Deno.stat(this.path)).mode ?? 0) & 0o777;
  }

  async names(): Promise<string[]> {
    return (await Array.fromAsync(Deno.readDir(this.folder))).map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("openCorsKeyFile() makes a file for the owner alone when there is none", async () => {
  await using scene = await Scene.create();
  const keys = await scene.open();
  deepEqual(await scene.stored(), [await keys.signing()]);
  equal((await keys.signing()).expires, NOW + KEY_LIFE);
  equal(await scene.mode(), 0o600);
  deepEqual(await scene.names(), ["cors.key"]);
  deepEqual(scene.warnings, []);
});

Deno.test("openCorsKeyFile() goes on with the keys of the file after a restart", async () => {
  await using scene = await Scene.create();
  const first = await (await scene.open()).signing();
  const text = await Deno.readTextFile(scene.path);
  const again = await scene.open();
  deepEqual(await again.signing(), first);
  deepEqual(again.valid(), [first]);
  equal(await Deno.readTextFile(scene.path), text);
});

Deno.test("signing() makes and stores a new key when half a year is left, however long the server runs", async () => {
  await using scene = await Scene.create();
  const keys = await scene.open();
  const first = await keys.signing();
  scene.clock.set(NOW + KEY_LIFE / 2);
  deepEqual(await keys.signing(), first);
  scene.clock.set(NOW + KEY_LIFE / 2 + 1);
  const second = await keys.signing();
  equal(second.expires, NOW + KEY_LIFE / 2 + 1 + KEY_LIFE);
  deepEqual(keys.valid(), [second, first]);
  deepEqual(await scene.stored(), [second, first]);
  scene.clock.set(NOW + KEY_LIFE);
  deepEqual(keys.valid(), [second]);
});

Deno.test("signing() makes one key when asked many times at once", async () => {
  await using scene = await Scene.create();
  const keys = await scene.open();
  scene.clock.set(NOW + 2 * KEY_LIFE);
  deepEqual(keys.valid(), []);
  const signing = await Promise.all(Array.from({ length: 10 }, () => keys.signing()));
  deepEqual(new Set(signing).size, 1);
  deepEqual(await scene.stored(), signing.slice(0, 1));
});

Deno.test("signing() goes on with the key it has while no new one can be stored, and fails when that has expired", async () => {
  await using scene = await Scene.create();
  const keys = await scene.open();
  const first = await keys.signing();
  await Deno.remove(scene.path);
  await Deno.mkdir(join(scene.path, "in the way"), { recursive: true });
  scene.clock.set(NOW + KEY_LIFE - 1);
  deepEqual(await keys.signing(), first);
  match(scene.warnings.join("\n"), /^no new key for consents yet: .*cors\.key/);
  scene.clock.set(NOW + KEY_LIFE);
  await rejects(keys.signing(), { code: "file" });
  await Deno.remove(scene.path, { recursive: true });
  equal((await keys.signing()).expires, NOW + 2 * KEY_LIFE);
});

Deno.test("openCorsKeyFile() puts a file aside that it does not understand, and begins anew", async () => {
  for (const content of ["", "garbage", "[[1]]", `[[${NOW + KEY_LIFE}, "too short"]]`, "\xff"]) {
    await using scene = await Scene.create();
    await Deno.writeTextFile(scene.path, content);
    const keys = await scene.open();
    deepEqual(await scene.stored(), [await keys.signing()]);
    deepEqual(await scene.names(), ["cors.key", `cors.key.unusable-${NOW}`]);
    equal(await Deno.readTextFile(`${scene.path}.unusable-${NOW}`), content);
    equal(await scene.mode(), 0o600);
    match(
      scene.warnings.join("\n"),
      /^\S+cors\.key: not .* put aside as \S+$|^\S+cors\.key: .*put aside as \S+, every site/,
    );
  }
});

Deno.test("openCorsKeyFile() drops expired keys of the file", async () => {
  await using scene = await Scene.create();
  const kept = { expires: NOW + KEY_LIFE, secret: SECRET };
  await Deno.writeTextFile(scene.path, formatKeySet([{ expires: NOW, secret: SECRET }, kept]), { mode: 0o600 });
  deepEqual((await scene.open()).valid(), [kept]);
  deepEqual(await scene.stored(), [kept]);
});

Deno.test("openCorsKeyFile() closes a file to others that was open to them", async () => {
  await using scene = await Scene.create();
  await Deno.writeTextFile(scene.path, formatKeySet([{ expires: NOW + KEY_LIFE, secret: SECRET }]));
  await Deno.chmod(scene.path, 0o644);
  await scene.open();
  equal(await scene.mode(), 0o600);
});

Deno.test("openCorsKeyFile() leaves a folder alone when given one instead of a file", async () => {
  await using scene = await Scene.create();
  await Deno.mkdir(scene.path);
  await rejects(scene.open(), { code: "file", message: `${scene.path} is not a file` });
  deepEqual(await scene.names(), ["cors.key"]);
});

Deno.test("openCorsKeyFile() fails when the file cannot be written", async () => {
  await using scene = await Scene.create();
  await Deno.remove(scene.folder);
  await rejects(scene.open(), { code: "file" });
  await Deno.mkdir(scene.folder);
});
