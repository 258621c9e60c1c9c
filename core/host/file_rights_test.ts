import assert from "node:assert/strict";
import { setRights } from "./file_rights.ts";
import type { OldFile } from "./file_rights.ts";
import type { NewFile, RightsLoss } from "./file_system.ts";

function status(uid: number, gid: number, mode: number): OldFile {
  return { kind: "file", uid, gid, mode, modified: 0, changed: 0, path: "/old" };
}

/** A new file of user 10, group 10, whose owner may be changed as `allows` says. */
class FakeFile implements NewFile {
  #uid = 10;
  #gid = 10;
  #mode = 0o600;

  constructor(private readonly allows: (uid: number, gid: number) => boolean, private readonly refusal = "EPERM") {}

  get rights(): string {
    return `${this.#uid}:${this.#gid} ${this.#mode.toString(8)}`;
  }

  status = () => Promise.resolve(status(this.#uid, this.#gid, this.#mode));

  setOwner(uid: number, gid: number): Promise<void> {
    if (!this.allows(uid, gid)) return Promise.reject(Object.assign(new Error("refused"), { code: this.refusal }));
    [this.#uid, this.#gid] = [uid, gid];
    return Promise.resolve();
  }

  setMode(mode: number): Promise<void> {
    this.#mode = mode;
    return Promise.resolve();
  }

  readonly copied: string[] = [];
  loss: RightsLoss | undefined;
  /** What `cp` leaves. */
  modeAfterCopy: number | undefined;

  copyAttributes(from: string): Promise<RightsLoss | undefined> {
    this.copied.push(from);
    this.#mode = this.modeAfterCopy ?? this.#mode;
    return Promise.resolve(this.loss);
  }

  write = () => Promise.reject(new Error("not to be written yet"));
  sync = () => Promise.resolve();
  close = () => Promise.resolve();
}

const asRoot = () => true;
const asMemberOf20 = (uid: number, gid: number) => uid === 10 && gid === 20;
const asNobody = () => false;

Deno.test("setRights() keeps owner and mode where it may, and opens nothing to a strange group where it may not", async () => {
  const cases: [allows: (uid: number, gid: number) => boolean, old: OldFile, rights: string, lost: RegExp][] = [
    [asRoot, status(30, 20, 0o640), "30:20 640", /^$/],
    [asRoot, status(10, 10, 0o604), "10:10 604", /^$/],
    [asMemberOf20, status(30, 20, 0o640), "10:20 640", /^owner \(it was user 30\)$/],
    [asMemberOf20, status(30, 40, 0o640), "10:10 600", /^owner .*; group \(it was 40\), and access list/],
    [asNobody, status(10, 10, 0o640), "10:10 640", /^$/],
    [asNobody, status(30, 10, 0o660), "10:10 660", /^owner \(it was user 30\)$/],
    [asNobody, status(10, 20, 0o640), "10:10 600", /^group \(it was 20\)/],
    [asNobody, status(10, 20, 0o664), "10:10 644", /^group \(it was 20\)/],
    [asNobody, status(10, 20, 0o600), "10:10 600", /^group \(it was 20\)/],
  ];
  for (const [allows, old, rights, lost] of cases) {
    const file = new FakeFile(allows);
    const losses = await setRights(file, old);
    assert.equal(file.rights, rights, JSON.stringify(old));
    assert.match(losses.map(({ what }) => what).join("; "), lost, JSON.stringify(old));
    const isStrangers = losses.some(({ what }) => what.startsWith("group"));
    assert.deepEqual(file.copied, isStrangers ? [] : ["/old"], "an access list would open it to the strange group");
  }
});

Deno.test("setRights() opens nothing to the group that an access list kept from it, where that list is lost", async () => {
  const cases: [loss: Pick<RightsLoss, "certain"> | undefined, modeAfterCopy: number | undefined, rights: string][] = [
    [undefined, undefined, "10:10 640"],
    [{ certain: true }, undefined, "10:10 600"],
    // The list is there, another attribute is not.
    [{ certain: true }, 0o640, "10:10 640"],
    [{ certain: false }, undefined, "10:10 640"],
  ];
  for (const [loss, modeAfterCopy, rights] of cases) {
    const file = new FakeFile(asNobody);
    file.loss = loss && { what: "access list", ...loss };
    file.modeAfterCopy = modeAfterCopy;
    const losses = await setRights(file, status(10, 10, 0o640));
    assert.equal(file.rights, rights, JSON.stringify(loss));
    assert.equal(losses.length, loss === undefined ? 0 : 1);
  }
});

Deno.test("setRights() gives a new file the mode asked for, 0600 unless told", async () => {
  const cases: [mode: number | undefined, rights: string][] = [[undefined, "10:10 600"], [0o644, "10:10 644"]];
  for (const [mode, rights] of cases) {
    const file = new FakeFile(asNobody);
    await setRights(file, undefined, mode);
    assert.equal(file.rights, rights);
    assert.deepEqual(file.copied, []);
  }
});

Deno.test("setRights() takes a refusal for an answer, not a failing disk", async () => {
  const old = status(30, 20, 0o640);
  for (const code of ["EPERM", "EACCES", "EINVAL", "ENOTSUP"]) {
    const file = new FakeFile(asNobody, code);
    await setRights(file, old);
    assert.equal(file.rights, "10:10 600", code);
  }
  await assert.rejects(setRights(new FakeFile(asNobody, "EIO"), old), /refused/);
});
