import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import settings from "../deno.json" with { type: "json" };
import { VERSION, versionText } from "./version.ts";

Deno.test("versionText() names the program, the runtime, the SQLite in it, and that it runs from source", () => {
  using database = new DatabaseSync(":memory:");
  const sqlite = database.prepare("SELECT sqlite_version() AS version").get()?.["version"];
  assert.equal(VERSION, settings.version);
  assert.equal(versionText(), `caucase ${VERSION} (Deno ${Deno.version.deno}, SQLite ${sqlite}, from source)`);
});
