import assert from "node:assert/strict";
import { listPackaged, parseUnit, readPackaged, readUnit, type UnitValues, valueOf } from "./packaged.ts";

/** What a service may not do, whichever it is. */
const HARDENING: Readonly<Record<string, string>> = {
  NoNewPrivileges: "yes",
  ProtectSystem: "strict",
  ProtectHome: "yes",
  PrivateTmp: "yes",
  PrivateDevices: "yes",
  ProtectClock: "yes",
  ProtectHostname: "yes",
  ProtectControlGroups: "yes",
  ProtectKernelLogs: "yes",
  ProtectKernelModules: "yes",
  ProtectKernelTunables: "yes",
  RestrictAddressFamilies: "AF_INET AF_INET6 AF_UNIX",
  RestrictNamespaces: "yes",
  RestrictRealtime: "yes",
  RestrictSUIDSGID: "yes",
  LockPersonality: "yes",
  SystemCallArchitectures: "native",
  LimitCORE: "0",
};

const SERVICES = ["caucase.service", "caucase-updater@.service", "caucase-updater-once@.service"] as const;

const DROP_INS = {
  "serve-high-ports.conf": "caucase.service",
  "serve-backups.conf": "caucase.service",
  "updater-paths.conf": "caucase-updater@.service",
  "updater-owners.conf": "caucase-updater@.service",
  "updater-user.conf": "caucase-updater@.service",
} as const;

for (const name of SERVICES) {
  Deno.test(`${name} may do no more than it needs`, async () => {
    const unit = await readUnit(name);
    for (const [key, value] of Object.entries(HARDENING)) assert.equal(valueOf(unit, `Service.${key}`), value, key);
    assert.equal(unit.get("Service.SystemCallFilter")?.[0], "@system-service");
    assert.equal(unit.get("Service.MemoryDenyWriteExecute"), undefined, "V8 could not start");
  });
}

Deno.test("the server's unit keeps the CA's keys to a user of its own, with one right", async () => {
  const unit = await readUnit("caucase.service");
  const expected = {
    User: "caucase",
    Group: "caucase",
    StateDirectory: "caucase caucase/backup",
    StateDirectoryMode: "0700",
    UMask: "0077",
    AmbientCapabilities: "CAP_NET_BIND_SERVICE",
    CapabilityBoundingSet: "CAP_NET_BIND_SERVICE",
    SystemCallFilter: "~@privileged @resources",
  };
  for (const [key, value] of Object.entries(expected)) assert.equal(valueOf(unit, `Service.${key}`), value, key);
});

Deno.test("the updater's units have root's files and none of root's capabilities", async () => {
  for (const name of SERVICES.slice(1)) {
    const unit = await readUnit(name);
    assert.equal(valueOf(unit, "Service.User"), "root");
    assert.equal(valueOf(unit, "Service.CapabilityBoundingSet"), "");
    assert.equal(unit.get("Service.AmbientCapabilities"), undefined);
  }
});

Deno.test("the updater's units differ in nothing but when they run", async () => {
  const [always, once] = await Promise.all([
    readUnit("caucase-updater@.service"),
    readUnit("caucase-updater-once@.service"),
  ]);
  const differing = [...new Set([...always.keys(), ...once.keys()])].filter((key) =>
    JSON.stringify(always.get(key)) !== JSON.stringify(once.get(key))
  );
  assert.deepEqual(differing.sort(), [
    "Install.WantedBy",
    "Service.ExecReload",
    "Service.ExecStart",
    "Service.Restart",
    "Service.RestartSec",
    "Service.SuccessExitStatus",
    "Service.TimeoutStartSec",
    "Service.Type",
    "Unit.Description",
    "Unit.StartLimitBurst",
    "Unit.StartLimitIntervalSec",
  ]);
});

Deno.test("services are restarted with pauses and get the time to end that they ask for", async () => {
  for (const [name, pause] of [["caucase.service", "30"], ["caucase-updater@.service", "60"]] as const) {
    const unit = await readUnit(name);
    assert.equal(valueOf(unit, "Service.Restart"), "on-failure");
    assert.equal(valueOf(unit, "Service.RestartSec"), pause);
    assert.equal(valueOf(unit, "Unit.StartLimitIntervalSec"), "1h");
    assert.equal(valueOf(unit, "Service.TimeoutStopSec"), "45");
    assert.equal(valueOf(unit, "Service.KillMode"), "mixed");
  }
});

Deno.test("users of units are made by sysusers.d, the same for all files", async () => {
  const users = await Promise.all((await listPackaged("sysusers.d")).map(readPackaged));
  const made = users.map((text) => /^u (\S+) - ".*" \/var\/lib\/\1\n$/.exec(text)?.[1]);
  const updater = parseUnit(await readPackaged("systemd/drop-ins/updater-user.conf"));
  const wanted = [valueOf(await readUnit("caucase.service"), "Service.User"), valueOf(updater, "Service.User")];
  assert.deepEqual(made.sort(), wanted.sort());
});

Deno.test("drop-ins say where they go and change what their unit sets", async () => {
  assert.deepEqual(
    await listPackaged("systemd/drop-ins"),
    Object.keys(DROP_INS).sort().map((name) => `systemd/drop-ins/${name}`),
  );
  for (const [name, target] of Object.entries(DROP_INS)) {
    const text = await readPackaged(`systemd/drop-ins/${name}`);
    assert.match(text, new RegExp(`^# To /etc/systemd/system/${target.replace("@", "@NAME")}\\.d/`), name);
    const [unit, dropIn] = [await readUnit(target), parseUnit(text)];
    const added = ["Group", "ReadWritePaths", "PrivateUsers", "ProtectProc", "ProcSubset"].map((key) =>
      `Service.${key}`
    );
    const strange = [...dropIn.keys()].filter((key) => !unit.has(key) && !added.includes(key));
    assert.deepEqual(strange, [], name);
  }
});

Deno.test("the timer has a service of its own name", async () => {
  const timer: UnitValues = await readUnit("caucase-updater-once@.timer");
  assert.equal(timer.get("Timer.Unit"), undefined);
  assert.deepEqual(timer.get("Install.WantedBy"), ["timers.target"]);
  assert.equal(valueOf(await readUnit("caucase-updater-once@.service"), "Service.Type"), "oneshot");
});
