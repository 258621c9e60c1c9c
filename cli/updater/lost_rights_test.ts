import assert from "node:assert/strict";
import { hostFileSystem, writeFileDurably } from "../../core/host/durable_file.ts";
import type { FileSystem, RightsLoss } from "../../core/host/durable_file.ts";
import { inFolder } from "../../tests/support/host_material.ts";
import { LostRights } from "./lost_rights.ts";
import { newState } from "./state.ts";
import { Voice } from "./voice.ts";

/** Real files; each new one gets what `loss` says is lost. */
class Scales {
  loss: RightsLoss | undefined = { what: "owner (it was user 33)", certain: true };
  readonly state = newState((size) => new Uint8Array(size));
  readonly said: string[] = [];
  readonly rights: LostRights;

  constructor(private readonly folder: string) {
    const note = (_: string, properties: Record<string, unknown> = {}) => this.said.push(String(properties["news"]));
    const voice = new Voice({ debug: note, info: note, warning: note, error: note }, "host.pem");
    const files: FileSystem = {
      ...hostFileSystem,
      create: async (path, mode) => ({
        ...await hostFileSystem.create(path, mode),
        copyAttributes: () => Promise.resolve(this.loss),
      }),
    };
    this.rights = new LostRights(files, { state: this.state, statePath: this.path("state.json") }, voice);
  }

  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  async replace(name: string): Promise<void> {
    await writeFileDurably(this.path(name), crypto.randomUUID(), { fileSystem: this.rights.fileSystem });
    await this.rights.settle();
  }

  /** As a person does it, some time later: the file system's clock ticks every few milliseconds. */
  async changeRights(name: string): Promise<void> {
    const path = this.path(name);
    const changed = async () => (await hostFileSystem.status(path))?.changed;
    for (const before = await changed(); await changed() === before;) await Deno.chmod(path, 0o640);
  }

  get noted(): string[] {
    return Object.keys(this.state.lostRights).map((path) => path.slice(this.folder.length + 1));
  }
}

Deno.test("LostRights remembers what a file lost until somebody changes its rights", () =>
  inFolder(async (folder) => {
    const scales = new Scales(folder);
    await scales.replace("key.pem");
    assert.deepEqual(scales.noted, [], "it is new: there was nothing to lose");
    await scales.replace("key.pem");
    assert.deepEqual(scales.noted, ["key.pem"]);
    assert.match(
      scales.said.join("\n"),
      /^the new .*key\.pem did not get the old one's owner \(it was user 33\); set it/,
    );
    scales.loss = undefined;
    await scales.replace("key.pem");
    await scales.rights.settle();
    assert.deepEqual(scales.noted, ["key.pem"], "its successor has not got it either");
    await scales.changeRights("key.pem");
    await scales.rights.settle();
    assert.deepEqual(scales.noted, []);
    assert.equal(scales.said.length, 1);
  }));

Deno.test("LostRights forgets a file that is gone, and remembers nothing of the file that holds what is remembered", () =>
  inFolder(async (folder) => {
    const scales = new Scales(folder);
    for (const name of ["key.pem", "key.pem", "state.json", "state.json"]) await scales.replace(name);
    assert.deepEqual(scales.noted, ["key.pem"]);
    assert.equal(scales.said.length, 2, "it is said of both");
    await Deno.remove(scales.path("key.pem"));
    await scales.rights.settle();
    assert.deepEqual(scales.noted, []);
  }));

Deno.test("LostRights says once that nobody can tell what files had", () =>
  inFolder(async (folder) => {
    const scales = new Scales(folder);
    scales.loss = { what: "access list, if it had any", certain: false };
    for (const name of ["key.pem", "key.pem", "crl.pem", "crl.pem"]) await scales.replace(name);
    assert.equal(scales.said.length, 1);
    assert.deepEqual(scales.noted, ["key.pem", "crl.pem"]);
    assert.deepEqual(Object.values(scales.state.lostRights).map(({ certain }) => certain), [false, false]);
  }));
