/** The profile, and what wins over it. */
import assert from "node:assert/strict";
import { modeOf } from "../../tests/support/files.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { configFolder, profilePath, trustFolder } from "./place.ts";
import { readProfile, writeProfile } from "./profile.ts";
import { connectionSettings } from "./settings.ts";

Deno.test("configFolder() follows the XDG specification, and has a place on Windows", () => {
  assert.equal(configFolder({ XDG_CONFIG_HOME: "/x", HOME: "/h" }), "/x/caucase");
  for (const XDG_CONFIG_HOME of [undefined, "", "relative"]) {
    assert.equal(configFolder({ XDG_CONFIG_HOME, HOME: "/h" }), "/h/.config/caucase");
  }
  assert.equal(configFolder({ APPDATA: "/a", HOME: "/h" }), "/a/caucase");
  assert.throws(() => configFolder({}), isRefusal("usage"));
});

Deno.test("trustFolder() has a folder for each server, whatever is in its address", () => {
  const folderOf = (url: string) => trustFolder("/c", new URL(url));
  assert.equal(folderOf("http://ca.example.org"), "/c/trust/ca.example.org");
  assert.equal(folderOf("http://localhost:8009/a/../b/%2e%2e/c d"), "/c/trust/localhost_8009_c_20d");
  assert.equal(folderOf("http://[::1]:8009"), "/c/trust/___1__8009");
});

Deno.test("a profile is written for its person alone, and read as it was written", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/new/caucase/config.json`;
  assert.equal(await readProfile(path), undefined);
  const profile = { url: "http://ca.example.org/", userKey: "/alice.pem", trustStore: "/trust" };
  await writeProfile(path, profile);
  assert.deepEqual(await readProfile(path), profile);
  assert.equal(modeOf(path), "600");
  assert.equal(modeOf(`${folder.path}/new`), "700");
});

Deno.test("readProfile() resolves paths from its folder, and names what is wrong", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/config.json`;
  await Deno.writeTextFile(path, `{"url": "http://ca", "userKey": "alice.pem"}`);
  assert.deepEqual(await readProfile(path), { url: "http://ca", userKey: `${folder.path}/alice.pem` });
  const WRONG = [["[]", /url/], ["{}", /url/], [`{"url": "u", "key": "x"}`, /key/], [
    "{",
    /JSON/,
  ]] as const;
  for (const [text, pattern] of WRONG) {
    await Deno.writeTextFile(path, text);
    await assert.rejects(readProfile(path), { code: "file", message: pattern }, text);
  }
});

Deno.test("readProfile() refuses a profile that others may write to, through a link too", async () => {
  await using folder = await tempFolder();
  const [path, link] = [`${folder.path}/config.json`, `${folder.path}/link.json`];
  await writeProfile(path, { url: "http://ca" });
  await Deno.symlink(path, link);
  for (const [mode, isGood] of [[0o644, true], [0o620, false], [0o602, false]] as const) {
    await Deno.chmod(path, mode);
    for (const each of [path, link]) {
      if (isGood) assert.deepEqual(await readProfile(each), { url: "http://ca" });
      else await assert.rejects(readProfile(each), { code: "file", message: /others may write to it/ });
    }
  }
});

Deno.test("connectionSettings(): options win over variables, variables over the profile", async () => {
  await using folder = await tempFolder();
  const home = { XDG_CONFIG_HOME: folder.path };
  const settings = async (options: object, variables: object) => {
    const { url, userKey, trustStore } = await connectionSettings(options, variables, home);
    return [url.href, userKey, trustStore.replace(folder.path, "~")];
  };
  await assert.rejects(settings({}, {}), isRefusal("usage"));
  assert.deepEqual(await settings({}, { CAUCASE_URL: "http://v", CAUCASE_USER_KEY: "" }), [
    "http://v/",
    undefined,
    "~/caucase/trust/v",
  ]);
  const profile = { url: "http://ca/", userKey: "/p.pem", trustStore: "/p" };
  await writeProfile(profilePath(configFolder(home)), profile);
  assert.deepEqual(await settings({}, {}), ["http://ca/", "/p.pem", "/p"]);
  assert.deepEqual(await settings({}, { CAUCASE_USER_KEY: "/v.pem" }), ["http://ca/", "/v.pem", "/p"]);
  assert.deepEqual(await settings({ userKey: "/o.pem" }, { CAUCASE_USER_KEY: "/v.pem" }), [
    "http://ca/",
    "/o.pem",
    "/p",
  ]);
  // The same server in other words.
  assert.deepEqual(await settings({ caUrl: "http://CA:80" }, {}), ["http://ca/", "/p.pem", "/p"]);
});

Deno.test("connectionSettings() keeps a profile's key and trust store from other servers", async () => {
  await using folder = await tempFolder();
  const home = { XDG_CONFIG_HOME: folder.path };
  await writeProfile(profilePath(configFolder(home)), { url: "http://ca/", userKey: "/p.pem", trustStore: "/p" });
  const { userKey, trustStore } = await connectionSettings({ caUrl: "http://other" }, {}, home);
  assert.deepEqual([userKey, trustStore], [undefined, `${folder.path}/caucase/trust/other`]);
});

Deno.test("connectionSettings() looks for no profile where options say all", async () => {
  const said = { caUrl: "http://ca", userKey: "u", trustStore: "t" };
  assert.equal((await connectionSettings(said, {}, {})).userKey, "u");
});
