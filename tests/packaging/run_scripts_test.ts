import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runCommand } from "../support/process.ts";
import { readPackaged } from "./packaged.ts";
import { callOf } from "./supervised.ts";
import { findTool } from "./tools.ts";

const SCRIPTS = ["caucase/run", "caucase/log/run", "caucase-updater/run", "caucase-updater/log/run"] as const;
const FOLDER = fileURLToPath(new URL("../../packaging/supervise/", import.meta.url));

Deno.test("the server's run script becomes the server: its user, its folder, no rights but one", async () => {
  const call = await callOf("caucase/run", { conf: await readPackaged("config/serve.conf") });
  const { words: [program, ...args], ...rest } = call;
  assert.deepEqual(rest, { folder: "/var/lib/caucase", umask: "0077", isExec: true, hasOneOutput: true });
  assert.equal(program, "setpriv");
  const rights = args.slice(0, args.indexOf("caucase"));
  const bound = ["inh-caps", "ambient-caps", "bounding-set"].map((set) => `--${set}=-all,+net_bind_service`);
  assert.deepEqual(rights, ["--reuid=caucase", "--regid=caucase", "--init-groups", "--no-new-privs", ...bound]);
});

Deno.test("the server's run script gives options on word by word, and none where there are none", async () => {
  const optionsOf = async (conf: string) => {
    const { words } = await callOf("caucase/run", { conf: `CAUCASE_NETLOC=a.example:81\n${conf}` });
    return words.slice(words.indexOf("/var/lib/caucase/cors.key") + 1);
  };
  assert.deepEqual(await optionsOf(""), []);
  assert.deepEqual(await optionsOf('CAUCASE_OPTIONS=""'), []);
  assert.deepEqual(await optionsOf('CAUCASE_OPTIONS="--bind ::  --key-len 3072"'), [
    "--bind",
    "::",
    "--key-len",
    "3072",
  ]);
});

Deno.test("the server's run script ends when its settings do not say the name", async () => {
  await assert.rejects(callOf("caucase/run", { conf: "" }), /CAUCASE_NETLOC/);
});

Deno.test("the updater's run script takes the configuration that its folder is named for", async () => {
  const { words, ...rest } = await callOf("caucase-updater/run", { name: "caucase-updater-web" });
  assert.deepEqual(rest, {
    folder: "/etc/service/caucase-updater-web",
    umask: "0022",
    isExec: true,
    hasOneOutput: true,
  });
  assert.deepEqual(words, [
    ...["setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"],
    ...["caucase", "updater", "--config", "/etc/caucase/updater/web.json"],
  ]);
});

Deno.test("the updater's run script says so when its folder is not named for a configuration", async () => {
  await assert.rejects(
    callOf("caucase-updater/run", { name: "caucase-updater" }),
    /must be named caucase-updater-NAME/,
  );
});

Deno.test("log scripts use runit's logger, or s6's where that is missing, never as root", async () => {
  const loggers = [
    { stubs: ["svlogd", "chpst"], user: ["chpst", "-u"], logger: "svlogd" },
    { stubs: ["s6-setuidgid", "s6-log"], user: ["s6-setuidgid"], logger: "s6-log" },
  ];
  const services = [
    { script: "caucase/log/run", user: "caucase", folder: "/var/log/caucase" },
    { script: "caucase-updater/log/run", user: "daemon", folder: "/var/log/caucase-updater-web" },
  ];
  for (const service of services) {
    for (const { stubs, user, logger } of loggers) {
      const { words, isExec } = await callOf(service.script, { name: "caucase-updater-web", stubs });
      assert.ok(isExec);
      assert.deepEqual(words.slice(0, user.length + 2), [...user, service.user, logger]);
      assert.equal(words.at(-1), service.folder);
    }
  }
});

const shellcheck = findTool("shellcheck", "shellcheck");

Deno.test({
  name: "shellcheck finds nothing in the run scripts",
  ignore: shellcheck === undefined,
  async fn() {
    const outcome = await runCommand([shellcheck ?? "", "--shell=sh", "--external-sources", ...SCRIPTS], {
      cwd: FOLDER,
    });
    assert.equal(outcome.out + outcome.err, "");
    assert.equal(outcome.status, 0);
  },
});

Deno.test("run scripts may be executed", { ignore: Deno.build.os === "windows" }, async () => {
  for (const script of SCRIPTS) {
    const { mode } = await Deno.stat(`${FOLDER}${script}`);
    assert.equal((mode ?? 0) & 0o111, 0o111, script);
  }
});
