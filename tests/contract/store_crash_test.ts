/** What the SQLite store promises when its process is killed, and about the files it makes. */
import assert from "node:assert/strict";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { RunningProcess, withUmask } from "../support/process.ts";
import { strictLog } from "../support/recorded_log.ts";
import { tempFolder } from "../support/temp_folder.ts";

const WRITER = [Deno.execPath(), "run", "-A", new URL("store_writer.ts", import.meta.url).pathname];
const posix = Deno.build.os !== "windows";

/** The values after `word` in whole lines. */
function acknowledged(output: string, word: string): readonly bigint[][] {
  const lines = output.slice(0, output.lastIndexOf("\n")).split("\n").map((line) => line.split(" "));
  return lines.filter(([first]) => first === word).map(([_, ...values]) => values.map(BigInt));
}

Deno.test("openSqliteStorage() finds all that was acknowledged before a kill", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/ca.sqlite`;
  for (const wanted of ["submitted 100\n", "submitted 1000\n"]) {
    await using writer = new RunningProcess([...WRITER, path], { cwd: folder.path });
    await writer.waitFor(wanted);
    writer.signal("SIGKILL");
    const { out } = await writer.ended;

    const storage = await openSqliteStorage({ path, lock: true, log: strictLog });
    const store = storage.ca("cas");
    for (const [id = -1n] of acknowledged(out, "submitted")) assert.equal((await store.requests.find(id, 0))?.id, id);
    const revoked = acknowledged(out, "revoked");
    for (const [serial = -1n] of revoked) assert.equal(await store.revocations.isRevoked(serial), true);
    const { number, entries } = await store.revocations.crlContent();
    // Revocation and number are one: neither is there without the other.
    assert.equal(number, BigInt(entries.size));
    for (const [_, of = 0n] of revoked) assert.ok(of <= number, `CRL number ${of} was given, ${number} is stored`);
    assert.equal(await store.requests.receivedCount(), (await store.requests.pending()).length);
    await storage.close();
    await Deno.remove(path);
  }
});

Deno.test({
  name: "openSqliteStorage() makes files that their owner alone may open, whatever the umask",
  ignore: !posix,
  async fn() {
    for (const umask of ["000", "0777"]) {
      await using folder = await tempFolder();
      await using writer = new RunningProcess(withUmask(umask, [...WRITER, "ca.sqlite"]), { cwd: folder.path });
      await writer.waitFor("submitted");
      const modes = [...Deno.readDirSync(folder.path)].map(({ name }) => {
        const { mode } = Deno.statSync(`${folder.path}/${name}`);
        return `${name} ${((mode ?? 0) & 0o777).toString(8)}`;
      });
      const expected = ["ca.sqlite 600", "ca.sqlite-shm 600", "ca.sqlite-wal 600", "ca.sqlite.lock 600"];
      assert.deepEqual(modes.sort(), expected);
    }
  },
});
