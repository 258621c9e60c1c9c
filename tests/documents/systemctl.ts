/**
 * What `systemctl` and `journalctl` of documents do: start, reload and stop what unit files in the stage's root say,
 * and show what they wrote. Services of the distribution are started by `programs/service-NAME`.
 */
import { Bindings } from "./bindings.ts";
import { placed, type Places } from "./places.ts";
import { type Launch, launchOf, parseEnvironment, parseUnit, type Unit } from "./units.ts";

const STAGE = variable("STAGE");
const PLACES: Places = JSON.parse(variable("STAGE_PLACES"));
const UNITS = `${PLACES.root}/etc/systemd/system`;
const STATE = `${PLACES.root}/var/lib`;

/** Units of the distribution. */
const FOREIGN = ["nginx", "haproxy", "postgresql", "openvpn-server@server", "openvpn-client@client"];

/** What verbs come to where a service runs, or is to run. */
const PLAIN_VERBS: Readonly<Record<string, string>> = {
  "enable": "start",
  "try-restart": "restart",
  "try-reload-or-restart": "reload",
};

/** What programs write once they are ready. */
const READY = /Listening on |Next wake-up at /;

/** Milliseconds. */
const PATIENCE = 60_000;

const [verb = "", ...args] = Deno.args;
await act(verb, args.filter((word) => !word.startsWith("-")).map((name) => name.replace(/\.service$/, "")));

async function act(verb: string, units: readonly string[]): Promise<void> {
  if (verb === "daemon-reload") return;
  if (verb === "stop" && args.includes("--all")) return await stopAll();
  if (verb === "enable" && !args.includes("--now")) return void units.map(unitFile);
  if (units.length === 0) throw new Error(`systemctl ${verb}: no unit`);
  for (const unit of units) await actOn(unit, verb);
}

async function actOn(unit: string, verb: string): Promise<void> {
  if (unit.endsWith(".timer")) return void unitFile(unit.replace(/\.timer$/, ""));
  if (FOREIGN.includes(unit)) return await foreign(unit, verb);
  switch (verb) {
    case "enable":
    case "start":
      return await start(unit);
    case "restart":
      await stop(unit);
      return await start(unit);
    case "disable":
    case "stop":
      return await stop(unit);
    case "reload":
      return Deno.kill(await processId(unit), "SIGHUP");
    case "is-active":
      return console.log(await isRunning(unit) ? "active" : "inactive");
    case "log":
      return console.log((await Deno.readTextFile(logOf(unit))).trimEnd());
    default:
      throw new Error(`systemctl: the test knows no ${verb}`);
  }
}

/** Text of the file of a unit, which the document must have put there. */
function unitFile(unit: string): string {
  const name = unit.replace(/@.*$/, "@");
  return Deno.readTextFileSync(`${UNITS}/${name}.service`);
}

async function start(unit: string): Promise<void> {
  if (await isRunning(unit)) return;
  await placeSettings(`${PLACES.root}/etc/caucase`);
  const parsed = parseUnit(placed(unitFile(unit), PLACES));
  const [environment] = parsed.service.get("EnvironmentFile") ?? [];
  const variables = environment === undefined ? "" : placed(await Deno.readTextFile(environment), PLACES);
  const [, instance = ""] = unit.split("@");
  const order = launchOf(parsed, { instance, stateRoot: STATE, variables: parseEnvironment(variables) });
  for (const state of order.stateFolders) await Deno.mkdir(state, { recursive: true, mode: 0o755 });
  if (parsed.service.get("Type")?.includes("oneshot")) return await runOnce(order, parsed);
  await launch(unit, order);
}

/** Settings that were copied as they are in `packaging/`: to what they name here. */
async function placeSettings(path: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    const entry = `${path}/${name}`;
    if (isDirectory) await placeSettings(entry);
    else await Deno.writeTextFile(entry, asShown(placed(await Deno.readTextFile(entry), PLACES)));
  }
}

/** `text` with the values that stage scripts know. */
function asShown(text: string): string {
  const bindings = new Bindings();
  bindings.learn(Deno.readTextFileSync(`${STAGE}/shown`));
  return bindings.real(text);
}

/** Runs what ends by itself. */
async function runOnce({ command: [program = "", ...args] }: Launch, { service }: Unit): Promise<void> {
  const { code } = await new Deno.Command(program, { args }).spawn().status;
  const fine = ["0", ...(service.get("SuccessExitStatus") ?? []).flatMap((value) => value.split(" "))];
  if (!fine.includes(`${code}`)) throw new Error(`${program} ${args.join(" ")} ended with status ${code}`);
}

async function launch(unit: string, { command, folder }: Launch): Promise<void> {
  await Deno.writeTextFile(logOf(unit), "");
  if (await exists(pidFile(unit))) await Deno.remove(pidFile(unit));
  // A shell, because a program whose output goes into a file must outlive us.
  const script = `STAGE_PID='${pidFile(unit)}'; export STAGE_PID; "$@" >>'${logOf(unit)}' 2>&1 </dev/null &`;
  const shell = new Deno.Command("/bin/sh", {
    args: ["-c", script, "sh", ...command],
    ...(folder !== undefined && { cwd: folder }),
  });
  await shell.spawn().status;
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline;) {
    if (READY.test(await Deno.readTextFile(logOf(unit)))) return;
    if (await exists(pidFile(unit)) && !await isRunning(unit)) break;
    await pause();
  }
  throw new Error(`${unit} does not start:\n${await Deno.readTextFile(logOf(unit))}`);
}

async function stop(unit: string): Promise<void> {
  if (!await isRunning(unit)) return;
  Deno.kill(await processId(unit), "SIGTERM");
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline;) {
    if (!await isRunning(unit)) return await Deno.remove(pidFile(unit));
    await pause();
  }
  throw new Error(`${unit} does not stop`);
}

/** Stops all that runs, also when something will not stop. */
async function stopAll(): Promise<void> {
  const names = [...Deno.readDirSync(`${STAGE}/run`)].map(({ name }) => name);
  const outcomes = await Promise.allSettled(names.map(async (name) => {
    const [, unit = "", kind] = /^(.+)\.(unit|service)$/.exec(name) ?? [];
    if (kind === "unit") await stop(unit);
    if (kind === "service") await foreign(unit, "stop");
  }));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/** Has `programs/service-NAME VERB INSTANCE` act for a service of the distribution. */
async function foreign(unit: string, verb: string): Promise<void> {
  const mark = `${STAGE}/run/${unit}.service`;
  if (verb === "log") return console.log((await Deno.readTextFile(logOf(unit))).trimEnd());
  if (verb.startsWith("try-") && !await exists(mark)) return;
  await Deno.writeTextFile(mark, "");
  const [name = "", instance = ""] = unit.split("@");
  const args = [PLAIN_VERBS[verb] ?? verb, instance];
  const { success } = await new Deno.Command(`service-${name}`, { args }).spawn().status;
  if (!success) throw new Error(`${unit}: ${verb} failed`);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
}

async function isRunning(unit: string): Promise<boolean> {
  const id = await processId(unit);
  if (id === 0) return false;
  try {
    // Field 3 of stat: a zombie has ended.
    return !/^\d+ \(.*\) Z/.test(await Deno.readTextFile(`/proc/${id}/stat`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** 0 where it was not started. */
async function processId(unit: string): Promise<number> {
  try {
    return Number(await Deno.readTextFile(pidFile(unit)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function pidFile(unit: string): string {
  return `${STAGE}/run/${unit}.unit`;
}

function logOf(unit: string): string {
  return `${STAGE}/run/${unit}.log`;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

function variable(name: string): string {
  const value = Deno.env.get(name);
  if (value === undefined) throw new Error(`${name} is not set: this runs on a stage of tests/documents/ alone`);
  return value;
}
