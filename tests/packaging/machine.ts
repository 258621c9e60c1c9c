/**
 * A machine of its own in a container: the host's programs, `/etc` and `/var` as if just installed, no network but its
 * own loopback, and a systemd that runs a script. All of it is gone when the test ends.
 */
import { fileURLToPath } from "node:url";
import { runCommand } from "../support/process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { findTool, leaveOut } from "./tools.ts";

export interface MachineOptions {
  /** Run by bash, as root, in a copy of `packaging/`. Ends at the first command that fails. */
  readonly script: string;
  /** More files, by their absolute paths. */
  readonly files: Readonly<Record<string, string>>;
}

/** What the script wrote to `/results/NAME`, by name. */
export type Results = Readonly<Record<string, string>>;

/** Our own, and what is done with the source: it is handed in read-only, as is the runtime's cache. */
const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = `#!/bin/sh
export DENO_DIR=/opt/cache DENO_NO_UPDATE_CHECK=1
exec /opt/deno run --allow-all --cached-only --no-prompt /opt/project/main.ts "$@"
`;

const SCRIPT_SERVICE = `[Unit]
After=basic.target
[Service]
Type=oneshot
TimeoutStartSec=200
WorkingDirectory=/root/packaging
ExecStart=/bin/bash -eux /root/script
StandardOutput=append:/results/log
StandardError=inherit
ExecStopPost=systemctl --no-block poweroff
`;

/** `systemd-nspawn` where it can start a machine; else undefined, after saying why not. */
export async function findMachines(): Promise<string | undefined> {
  const nspawn = findTool("systemd-nspawn", "systemd-container");
  if (nspawn === undefined) return undefined;
  if (Deno.uid() !== 0) return void leaveOut("only root can start a machine by systemd-nspawn");
  await using root = await tempFolder();
  await layOut(root.path);
  const trial = [...await command(nspawn, root.path), "--as-pid2", "/bin/sh", "-c", "test -x /usr/lib/systemd/systemd"];
  const { status, err } = await runCommand(trial, { cwd: "/" });
  if (status !== 0) return void leaveOut(`systemd-nspawn cannot start a machine with systemd here: ${err.trim()}`);
  return nspawn;
}

/**
 * Runs a script on a new machine. @throws Error with its log when the script fails or the machine does not end in time
 */
export async function runOnMachine(nspawn: string, { script, files }: MachineOptions): Promise<Results> {
  await using root = await tempFolder();
  await layOut(root.path);
  await copyFolder(`${PROJECT}packaging`, `${root.path}/root/packaging`);
  const all = { ...files, "/root/script": `${script}\ntouch /results/done\n` };
  for (const [path, text] of Object.entries(all)) await write(`${root.path}${path}`, text);
  const boot = [...await command(nspawn, root.path), "--console=pipe", "--boot"];
  const { err } = await runCommand(boot, { cwd: "/", timeoutMs: 240_000 });
  const results = await readFolder(`${root.path}/results`);
  if (results.done === undefined) throw new Error(`the machine's script failed:\n${results.log ?? err}`);
  return results;
}

async function command(nspawn: string, root: string): Promise<string[]> {
  const info = await runCommand([Deno.execPath(), "info", "--json"], { cwd: "/" });
  const { denoDir }: { denoDir: string } = JSON.parse(info.out);
  const binds = [`/usr:/usr`, `${Deno.execPath()}:/opt/deno`, `${denoDir}:/opt/cache`, `${PROJECT}:/opt/project`];
  return [
    ...[nspawn, "--quiet", `--directory=${root}`, "--private-network", "--register=no", "--keep-unit"],
    ...binds.map((bind) => `--bind-ro=${bind}`),
    // Where an administrator installs programs: its own, inside the host's /usr.
    `--bind=${root}/opt/bin:/usr/local/bin`,
  ];
}

/** What a machine needs before it starts. systemd makes the rest. */
async function layOut(root: string): Promise<void> {
  // A temporary folder is for its owner alone; this one becomes /.
  await Deno.chmod(root, 0o755);
  for (const folder of ["usr", "opt/bin", "var/lib", "run", "tmp", "proc", "sys", "dev", "results"]) {
    await Deno.mkdir(`${root}/${folder}`, { recursive: true });
  }
  for (const name of ["bin", "sbin", "lib", "lib64"]) await Deno.symlink(`usr/${name}`, `${root}/${name}`);
  await write(`${root}/opt/deno`, "");
  await write(`${root}/etc/machine-id`, "");
  await write(`${root}/etc/os-release`, "ID=test\n");
  await write(`${root}/etc/hosts`, "127.0.0.1 localhost ca.example.org\n");
  await write(`${root}/root/packaging/caucase-0.1.0-x86_64-unknown-linux-gnu`, PROGRAM);
  const units = `${root}/etc/systemd/system`;
  await write(`${units}/script.service`, SCRIPT_SERVICE);
  await Deno.mkdir(`${units}/multi-user.target.wants`);
  await Deno.symlink("../script.service", `${units}/multi-user.target.wants/script.service`);
  await Deno.symlink("/usr/lib/systemd/system/multi-user.target", `${units}/default.target`);
  for (const unit of ["dbus.service", "dbus.socket", "systemd-logind.service"]) {
    await Deno.symlink("/dev/null", `${units}/${unit}`);
  }
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(path, text);
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    await (isDirectory ? copyFolder : Deno.copyFile)(`${from}/${name}`, `${to}/${name}`);
  }
}

async function readFolder(path: string): Promise<Results> {
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await Deno.readTextFile(`${path}/${name}`)] as const)),
  );
}
