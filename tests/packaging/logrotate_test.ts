import assert from "node:assert/strict";
import { servedFolder } from "../fault/served_folder.ts";
import { until } from "../fault/until.ts";
import { isFile } from "../support/is_file.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { runCommand } from "../support/process.ts";
import { startServer } from "../support/server_process.ts";
import { readPackaged, readUnit, valueOf } from "./packaged.ts";
import { findTool } from "./tools.ts";

const logrotate = findTool("logrotate", "logrotate");

/** What systemd would do. */
const systemctl = (pid: number) => `#!/bin/sh\n[ "$*" = "reload caucase" ] && exec kill -HUP ${pid}\nexit 1\n`;

Deno.test("the server's unit has a folder for its log and takes SIGHUP as a reload", async () => {
  const unit = await readUnit("caucase.service");
  assert.equal(valueOf(unit, "Service.ExecReload"), "kill -HUP $MAINPID");
  assert.equal(valueOf(unit, "Service.LogsDirectory"), "caucase");
  assert.equal(valueOf(unit, "Service.LogsDirectoryMode"), "0750");
});

Deno.test({
  name: "logrotate rotates the access log with the packaged rules, and every request is in one of its files",
  ignore: logrotate === undefined,
  fn: async () => {
    await using folder = await servedFolder();
    const path = `${folder.path}/access.log`;
    await using server = await startServer({ folder: folder.path, options: ["--access-log", path] });
    await Deno.mkdir(`${folder.path}/bin`);
    await Deno.writeTextFile(`${folder.path}/bin/systemctl`, systemctl(server.process.pid), { mode: 0o755 });
    // Its user is not on this machine; the folder belongs to whoever runs the test.
    const rules = (await readPackaged("logrotate/caucase")).replace(/^ *su .*\n/m, "");
    const conf = `${folder.path}/logrotate.conf`;
    await Deno.writeTextFile(conf, rules.replaceAll("/var/log/caucase/access.log", path), { mode: 0o600 });
    using desk = new NetworkDesk(server.port);
    for (const name of ["first", "second", "third"]) {
      assert.equal((await desk.ask("GET", `/${name}`)).status, 404);
      // What was not written yet would count as an empty log.
      await until(async () => isFile(path) && (await Deno.readTextFile(path)).includes(`/${name} `));
      const command = [logrotate ?? "", "--force", "--state", `${folder.path}/state`, conf];
      const env = { PATH: `${folder.path}/bin:${Deno.env.get("PATH")}` };
      const { status, out, err } = await runCommand(command, { cwd: folder.path, env });
      assert.deepEqual([status, out, err], [0, "", ""]);
      await until(() => isFile(path));
    }
    const { status, err } = await server.stop();
    assert.equal(status, 0, err);
    assert.match(await Deno.readTextFile(`${path}.1`), /^[^\n]*"GET \/third [^\n]*\n$/);
    const older = ["3", "2"].map((number) => `${path}.${number}.gz`);
    assert.match((await runCommand(["gzip", "-dc", ...older], { cwd: "/" })).out, /\/first [^]*\/second /);
  },
});
