/** The commands of packaging/README.md on a machine with systemd, and what becomes of them. */
import assert from "node:assert/strict";
import { findMachines, type Results, runOnMachine } from "./machine.ts";
import { readPackaged } from "./packaged.ts";

const machines = await findMachines();

/** Stands for what has to read its certificate anew. */
const NGINX = `[Service]
ExecStart=sleep infinity
ExecReload=touch /results/reloaded
`;

/** Waits for what systemd does not wait for: until a command succeeds, for a while. */
const WAITING = `trap 'journalctl --no-pager --lines=60' ERR
until_works() { for attempt in $(seq 600); do "$@" && return; sleep 0.2; done; false; } 2>/dev/null
listens() { (exec 3<>"/dev/tcp/ca.example.org/$1"); } 2>/dev/null
rights() { grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):' "/proc/$(systemctl show -P MainPID "$1")/status"; }
`;

/** A shell block of README.md that mentions \`text\`. */
async function readmeBlock(text: string): Promise<string> {
  const blocks = [...(await readPackaged("README.md")).matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
  const [block, ...others] = blocks.filter((candidate) => candidate.includes(text));
  assert.ok(block !== undefined && others.length === 0, `one block with ${text}`);
  return block;
}

async function updaterConfiguration(name: string, onRenew: string): Promise<string> {
  const example = JSON.parse((await readPackaged("config/updater/web.json")).replaceAll("/web/", `/${name}/`));
  delete example.caFingerprint;
  return JSON.stringify({ ...example, onRenew });
}

async function script(): Promise<string> {
  return `${WAITING}
systemctl start nginx
${await readmeBlock("/usr/local/bin/caucase")}
${await readmeBlock("systemctl enable --now caucase\n")}
until_works listens 443
systemctl reload caucase
rights caucase > /results/server-rights
id -u caucase > /results/server-user
systemctl show -P ActiveState caucase > /results/server-state

${await readmeBlock("enable --now caucase-updater@web")}
until_works test -e /results/reloaded
rights caucase-updater@web > /results/updater-rights
systemctl reload caucase-updater@web
systemctl stop caucase-updater@web
systemctl show -P Result caucase-updater@web > /results/updater-end

${await readmeBlock("enable --now caucase-updater-once@web.timer")}
systemctl show -P Result caucase-updater-once@web > /results/once-end
systemctl is-active caucase-updater-once@web.timer > /results/timer-state

install -D -m 0644 systemd/drop-ins/updater-user.conf /etc/systemd/system/caucase-updater-once@user.service.d/user.conf
install -m 0644 sysusers.d/caucase-updater.conf /etc/sysusers.d/
systemd-sysusers
install -d -o daemon -m 0700 /etc/other
for name in owners paths; do
  install -D -m 0644 systemd/drop-ins/updater-$name.conf /etc/systemd/system/caucase-updater-once@other.service.d/$name.conf
done
sed -i 's,/etc/nginx/tls,/etc/other,' /etc/systemd/system/caucase-updater-once@other.service.d/paths.conf
systemctl daemon-reload
systemctl start caucase-updater-once@user caucase-updater-once@other

${await readmeBlock("serve-high-ports.conf")}
sed -i 's/^CAUCASE_NETLOC=.*/&:8009/' /etc/caucase/serve.conf
systemctl daemon-reload
systemctl restart caucase
until_works listens 8010
rights caucase > /results/high-rights
systemctl stop caucase
systemctl show -P Result -P ExecMainStatus caucase > /results/server-end
stat -c '%n %U %a' /var/lib/caucase /var/lib/caucase/* > /results/server-files
stat -c '%n %U %a' /var/lib/caucase-updater/*/*.pem /etc/other/*.pem > /results/updater-files
`;
}

async function results(nspawn: string): Promise<Results> {
  const conf = (await readPackaged("config/serve.conf")).replace('"--bind', '"--service-auto-approve-count 9 --bind');
  const other = (await updaterConfiguration("other", "true")).replace(
    "/var/lib/caucase-updater/other/web.pem",
    "/etc/other/web.pem",
  );
  return await runOnMachine(nspawn, {
    script: await script(),
    files: {
      "/etc/systemd/system/nginx.service": NGINX,
      "/root/packaging/config/serve.conf": conf,
      "/root/packaging/config/updater/web.json": await updaterConfiguration("web", "systemctl reload nginx"),
      "/etc/caucase/updater/user.json": await updaterConfiguration("user", "true"),
      "/etc/caucase/updater/other.json": other,
    },
  });
}

function rightsOf(text = ""): Record<string, string> {
  return Object.fromEntries(text.trim().split("\n").map((line) => line.split("\t", 2)));
}

Deno.test("the commands of packaging/README.md make services that work under all restrictions", {
  ignore: machines === undefined,
}, async (t) => {
  const found = await results(machines ?? "");
  const restricted = { "NoNewPrivs:": "1", "Seccomp:": "2" };
  const none = "0000000000000000";

  await t.step("the server listens at 80 and 443, is a user of its own and has that one capability", () => {
    const bindService = "0000000000000400";
    const uid = found["server-user"]?.trim() ?? "";
    const expected = { "Uid:": uid, "CapEff:": bindService, "CapBnd:": bindService, ...restricted };
    assert.deepEqual(rightsOf(found["server-rights"]), expected);
    assert.equal(found["server-state"], "active\n");
  });
  await t.step("the server has no capability at higher ports", () => {
    const { "CapEff:": effective, "CapBnd:": bounding } = rightsOf(found["high-rights"]);
    assert.deepEqual([effective, bounding], [none, none]);
  });
  await t.step("the server ends cleanly and leaves files that are its own", () => {
    assert.equal(found["server-end"], "success\n0\n");
    const names = ["", "/backup", "/caucase.sqlite", "/caucase.sqlite.lock", "/cors.key", "/server.key.pem"];
    const modes = names.map((name) => `/var/lib/caucase${name} caucase ${name.includes(".") ? "600" : "700"}`);
    assert.deepEqual(found["server-files"]?.trim().split("\n"), modes);
  });
  await t.step("the updater reloads a service, as root without capabilities", () => {
    assert.deepEqual(rightsOf(found["updater-rights"]), {
      "Uid:": "0",
      "CapEff:": none,
      "CapBnd:": none,
      ...restricted,
    });
    assert.equal(found.reloaded, "");
    assert.equal(found["updater-end"], "success\n");
  });
  await t.step("the timer is set, and what it starts does its work", () => {
    assert.equal(found["once-end"], "success\n");
    assert.equal(found["timer-state"], "active\n");
  });
  await t.step("drop-ins change who owns the files, and where they are", () => {
    const owners = [
      "other/cas root 644",
      "other/crl root 644",
      "user/cas caucase-updater 644",
      "user/crl caucase-updater 644",
    ];
    const files = [
      ...owners,
      "user/web caucase-updater 600",
      "web/cas root 644",
      "web/crl root 644",
      "web/web root 600",
    ];
    const lines = files.map((file) => `/var/lib/caucase-updater/${file.replace(" ", ".pem ")}`);
    assert.deepEqual(found["updater-files"]?.trim().split("\n"), [...lines, "/etc/other/web.pem root 600"]);
  });
});
