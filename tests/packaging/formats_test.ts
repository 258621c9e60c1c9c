import assert from "node:assert/strict";
import { listPackaged, readPackaged } from "./packaged.ts";
import { parsePlist } from "./plist.ts";

/** Instructions of the Containerfile, in their order, without comments; continued lines are one. */
async function instructions(): Promise<readonly (readonly [name: string, rest: string])[]> {
  const text = (await readPackaged("Containerfile")).replaceAll("\\\n", " ");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [name = "", ...rest] = line.split(" ");
    return [name, rest.join(" ")];
  });
}

Deno.test("the image runs the program itself, as a numeric user that is not root", async () => {
  const all = await instructions();
  const last = (name: string) => all.findLast(([one]) => one === name)?.[1];
  assert.match(last("USER") ?? "", /^[1-9]\d*:[1-9]\d*$/);
  assert.deepEqual(JSON.parse(last("ENTRYPOINT") ?? ""), ["/usr/local/bin/caucase"]);
  assert.deepEqual(JSON.parse(last("CMD") ?? ""), ["--help"]);
  assert.equal(last("STOPSIGNAL"), "SIGTERM");
  const user = last("USER") ?? "";
  assert.ok(all.some(([name, rest]) => name === "COPY" && rest.includes(`--chown=${user} `)), "the volume's owner");
});

Deno.test("the image keeps everything in one volume, where the server writes by itself", async () => {
  const all = await instructions();
  const of = (name: string) => all.filter(([one]) => one === name).map(([, rest]) => rest);
  assert.deepEqual(of("VOLUME"), ["/var/lib/caucase"]);
  assert.equal(of("WORKDIR").at(-1), "/var/lib/caucase");
});

Deno.test("the image is made of nothing but what a stage before it chose", async () => {
  const all = await instructions();
  const start = all.findLastIndex(([name]) => name === "FROM");
  assert.deepEqual(all[start], ["FROM", "scratch"]);
  const sources = all.slice(start).filter(([name]) => name === "COPY").map(([, rest]) => rest.split(" ")[0]);
  assert.deepEqual(sources, ["--from=image", "--from=image"]);
  assert.deepEqual(all.slice(start).filter(([name]) => name === "RUN" || name === "ADD"), []);
});

Deno.test("property lists say when a service starts, ends and starts again", async () => {
  const files = await listPackaged("launchd");
  assert.deepEqual(files, ["launchd/caucase.server.plist", "launchd/caucase.updater.plist"]);
  for (const file of files) {
    const { Label, RunAtLoad, KeepAlive, ExitTimeOut, HardResourceLimits } = parsePlist(await readPackaged(file));
    assert.deepEqual(
      { Label, RunAtLoad, KeepAlive, ExitTimeOut, HardResourceLimits },
      {
        Label: file.replace(/^launchd\/|\.plist$/g, ""),
        RunAtLoad: true,
        KeepAlive: { SuccessfulExit: false },
        ExitTimeOut: 45,
        HardResourceLimits: { Core: 0 },
      },
    );
  }
});

Deno.test("the property list of the server has a user of its own and the mask 077", async () => {
  const plist = parsePlist(await readPackaged("launchd/caucase.server.plist"));
  assert.equal(plist.UserName, "_caucase");
  assert.equal(plist.Umask, 0o077);
});

Deno.test("parsePlist() refuses what is not a property list", () => {
  const wrong = [
    "",
    "<plist>",
    '<plist version="1.0"><dict>',
    '<plist version="1.0"><dict><string>a</string></dict></plist>',
  ];
  for (const text of [...wrong, '<plist version="1.0"><float>1</float></plist>', '<plist version="1.0"><true/>']) {
    assert.throws(() => parsePlist(text), Error, text);
  }
});
