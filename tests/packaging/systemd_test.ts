import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runCommand } from "../support/process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { findTool } from "./tools.ts";

const SYSTEMD = fileURLToPath(new URL("../../packaging/systemd/", import.meta.url));
const SERVER = "caucase.service";
const UPDATERS = ["caucase-updater@web.service", "caucase-updater-once@web.service"] as const;
const DROP_INS = [
  { unit: SERVER, files: ["serve-backups.conf"] },
  { unit: SERVER, files: ["serve-high-ports.conf", "serve-backups.conf"] },
  { unit: UPDATERS[0], files: ["updater-paths.conf", "updater-owners.conf"] },
  { unit: UPDATERS[1], files: ["updater-paths.conf", "updater-user.conf"] },
] as const;

const analyze = findTool("systemd-analyze", "systemd");
const options = { ignore: analyze === undefined };

/** Runs `systemd-analyze` on a machine that has our units, drop-ins and what they start, and nothing else. */
async function analyzed(
  args: readonly string[],
  { unit, files }: { unit: string; files: readonly string[] },
): Promise<string> {
  await using root = await tempFolder();
  const units = `${root.path}/etc/systemd/system`;
  const [bin, dropIns] = [`${root.path}/usr/bin`, `${units}/${unit}.d`];
  for (const folder of [bin, dropIns]) await Deno.mkdir(folder, { recursive: true });
  for (const program of ["caucase", "kill"]) {
    await Deno.writeTextFile(`${bin}/${program}`, "#!/bin/sh\n", { mode: 0o755 });
  }
  for await (const { name, isFile } of Deno.readDir(SYSTEMD)) {
    if (isFile) await Deno.copyFile(`${SYSTEMD}${name}`, `${units}/${name}`);
  }
  for (const file of files) await Deno.copyFile(`${SYSTEMD}drop-ins/${file}`, `${dropIns}/${file}`);
  const command = [analyze ?? "", `--root=${root.path}`, ...args, unit];
  const { status, out, err } = await runCommand(command, { cwd: "/", env: { LC_ALL: "C" } });
  assert.equal(status, 0, `${command.join(" ")}\n${out}${err}`);
  return out + err;
}

for (const unit of [SERVER, ...UPDATERS, "caucase-updater-once@web.timer"]) {
  Deno.test(`systemd-analyze verify has nothing to say about ${unit}`, options, async () => {
    assert.equal(await analyzed(["verify", "--man=no", "--recursive-errors=no"], { unit, files: [] }), "");
  });
}

for (const { unit, files } of DROP_INS) {
  Deno.test(
    `systemd-analyze verify has nothing to say about ${unit} with ${files.join(" and ")}`,
    options,
    async () => {
      assert.equal(await analyzed(["verify", "--man=no", "--recursive-errors=no"], { unit, files }), "");
    },
  );
}

/** Tenths, as the option takes them: no more than this of 100. */
const EXPOSURES = [
  { unit: SERVER, files: [], limit: 18 },
  { unit: SERVER, files: ["serve-high-ports.conf"], limit: 15 },
  ...UPDATERS.map((unit) => ({ unit, files: [], limit: 25 })),
  ...UPDATERS.map((unit) => ({ unit, files: ["updater-user.conf"], limit: 18 })),
];

for (const { unit, files, limit } of EXPOSURES) {
  const name = `systemd-analyze security finds little exposure of ${[unit, ...files].join(" with ")}`;
  Deno.test(name, options, async () => {
    const security = ["security", "--offline=true", `--threshold=${limit}`, "--no-pager"];
    const out = await analyzed(security, { unit, files });
    assert.match(out, /Overall exposure level for /);
  });
}
