import assert from "node:assert/strict";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import { openScratchDatabase } from "./scratch_database.ts";

Deno.test("openScratchDatabase() gives a database that writes, undoes and stays whole, and has no name from the start", async () => {
  await using folder = await tempFolder();
  const database = await openScratchDatabase(folder.path);
  try {
    database.run("CREATE TABLE t (a)");
    database.transaction(() => {
      for (let row = 0; row < 2000; row++) database.run("INSERT INTO t VALUES (?)", "x".repeat(4096));
    });
    const undone = () => {
      database.run("DELETE FROM t");
      throw new Error("undone");
    };
    assert.throws(() => database.transaction(undone), /undone/);
    assert.equal(database.get("SELECT COUNT(*) AS n FROM t")?.["n"], 2000n);
    assert.deepEqual([...Deno.readDirSync(folder.path)], []);
  } finally {
    database.close();
  }
});

Deno.test("openScratchDatabase() says what to do where it finds no place", async () => {
  await using folder = await tempFolder();
  await assert.rejects(openScratchDatabase(`${folder.path}/none`), { code: "storage", message: /temporary database/ });
});
