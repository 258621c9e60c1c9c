/** What is in packaging/prometheus/, checked against a server's metrics and by promtool. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { certify, firstUser, revokeSerial } from "../support/desk.ts";
import { askOnce } from "../support/network_desk.ts";
import { freePortPair } from "../support/ports.ts";
import { runCommand } from "../support/process.ts";
import { runServer } from "../support/running_server.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { readPackaged } from "./packaged.ts";
import { findTool } from "./tools.ts";

const promtool = findTool("promtool", "prometheus");
const FOLDER = fileURLToPath(new URL("../../packaging/prometheus/", import.meta.url));

/** Both forms of the metrics of a server that makes backups and has done a bit of everything. */
async function realMetrics(): Promise<{ readonly text: string; readonly open: string }> {
  const port = freePortPair();
  await using backups = await tempFolder();
  await using server = await runServer({
    serve: { opsListen: { host: "127.0.0.1", port }, backup: { directory: backups.path, periodDays: 1 } },
  });
  const alice = await firstUser(server);
  const leaf = await certify(server, alice);
  await revokeSerial(server, alice, { serial: leaf.certificate.serial });
  const ask = (accept: string) => askOnce(port, { method: "GET", path: "/metrics", headers: { accept } });
  await ask("text/plain");
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  return { text: (await ask("text/plain")).text, open: (await ask("application/openmetrics-text")).text };
}

const metrics = realMetrics();

/** Names that queries may use. */
async function knownNames(): Promise<ReadonlySet<string>> {
  const types = [...(await metrics).text.matchAll(/^# TYPE (\S+) (\w+)$/gm)];
  const names = types.flatMap(([, name = "", type]) => {
    return type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name];
  });
  return new Set([...names, "up"]);
}

/** Names of metrics in an expression: what stands before a selector, or is one of ours. */
function namesIn(expression: string): string[] {
  const withoutTexts = expression.replace(/"[^"]*"/g, '""');
  return [...withoutTexts.matchAll(/\b((?:caucase|process|nodejs)_\w+|up)\b/g)].map(([, name = ""]) => name);
}

const Target = v.object({ refId: v.string(), expr: v.string(), legendFormat: v.string() });
const GridPos = v.object({ x: v.number(), y: v.number(), w: v.number(), h: v.number() });
const Panel = v.object({
  id: v.number(),
  type: v.picklist(["row", "stat", "timeseries", "bargauge"]),
  title: v.pipe(v.string(), v.nonEmpty()),
  gridPos: GridPos,
  description: v.optional(v.string()),
  datasource: v.optional(v.object({ type: v.literal("prometheus"), uid: v.literal("${datasource}") })),
  fieldConfig: v.optional(v.object({ defaults: v.object({ unit: v.string() }), overrides: v.array(v.unknown()) })),
  targets: v.optional(v.pipe(v.array(Target), v.nonEmpty())),
});
const Dashboard = v.object({
  title: v.literal("caucase"),
  uid: v.literal("caucase"),
  schemaVersion: v.number(),
  templating: v.object({ list: v.array(v.object({ name: v.string(), type: v.string() })) }),
  panels: v.array(Panel),
});

async function dashboard() {
  return v.parse(Dashboard, JSON.parse(await readPackaged("prometheus/caucase.dashboard.json")));
}

async function alertExpressions(): Promise<string[]> {
  const rules = await readPackaged("prometheus/caucase.rules.yml");
  return [...rules.matchAll(/^ +expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gm)].map(([, block, line]) =>
    block ?? line ?? ""
  );
}

Deno.test("alerts and panels ask for metrics that a server has", async () => {
  const known = await knownNames();
  const panels = (await dashboard()).panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const alerts = await alertExpressions();
  assert.ok(alerts.length >= 15 && panels.length >= 30);
  for (const expression of [...alerts, ...panels]) {
    const names = namesIn(expression);
    assert.ok(names.length > 0, expression);
    for (const name of names) assert.ok(known.has(name), `${name} in ${expression}`);
  }
});

Deno.test("every metric of ours is on the dashboard, in an alert, or known to be neither", async () => {
  const panels = (await dashboard()).panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const asked = new Set([...await alertExpressions(), ...panels].flatMap(namesIn));
  const types = [...(await metrics).text.matchAll(/^# TYPE (caucase_\w+) /gm)].map(([, name = ""]) => name);
  const unasked = types.filter((name) => !["", "_bucket", "_sum", "_count"].some((end) => asked.has(name + end)));
  assert.deepEqual(unasked.toSorted(), [
    "caucase_build_info",
    "caucase_ca_certificates",
    "caucase_ca_certificates_made_total",
    "caucase_crl_this_update_timestamp_seconds",
    "caucase_job_last_success_timestamp_seconds",
  ]);
});

Deno.test("panels of the dashboard have ids of their own, and do not lie on each other", async () => {
  const { panels, templating } = await dashboard();
  assert.deepEqual(templating.list.map(({ name }) => name), ["datasource", "instance"]);
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { type, title, targets, datasource, gridPos: { x, y, w, h } } of panels) {
    assert.ok(x + w <= 24, title);
    assert.equal(targets === undefined || datasource === undefined, type === "row", title);
    for (let column = x; column < x + w; column++) {
      for (let row = y; row < y + h; row++) {
        assert.ok(!taken.has(`${column} ${row}`), title);
        taken.add(`${column} ${row}`);
      }
    }
  }
});

Deno.test("OpenMetrics are complete, with a type for every sample", async () => {
  const { open } = await metrics;
  assert.ok(open.endsWith("\n# EOF\n"));
  const types = new Map([...open.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name = "", type]) => [name, type]));
  const ends = { counter: ["_total"], histogram: ["_bucket", "_sum", "_count"], gauge: [""] } as const;
  for (const line of open.split("\n").filter((each) => each !== "" && !each.startsWith("#"))) {
    const name = /^\w+/.exec(line)?.[0] ?? "";
    const found = [...types].some(([of, type]) => {
      return (type === "counter" || type === "histogram" || type === "gauge") &&
        ends[type].some((end) => name === of + end);
    });
    assert.ok(found, line);
  }
});

async function check(args: readonly string[], input?: string): Promise<void> {
  const options = { cwd: FOLDER, ...(input !== undefined && { input }) };
  const { status, out, err } = await runCommand([promtool ?? "", ...args], options);
  assert.equal(status, 0, out + err);
}

Deno.test({
  name: "promtool finds nothing wrong with the metrics",
  ignore: promtool === undefined,
  fn: async () => await check(["check", "metrics"], (await metrics).text),
});

Deno.test({
  name: "promtool takes the alert rules, and their tests pass",
  ignore: promtool === undefined,
  async fn() {
    await check(["check", "rules", "caucase.rules.yml"]);
    await check(["test", "rules", "caucase.rules.test.yml"]);
  },
});

Deno.test("each alert has a test", async () => {
  const rules = await readPackaged("prometheus/caucase.rules.yml");
  const tests = await readPackaged("prometheus/caucase.rules.test.yml");
  for (const [, alert = ""] of rules.matchAll(/^ +- alert: (\w+)$/gm)) {
    assert.ok(new RegExp(`alertname(=|: )"?${alert}\\b`).test(tests), alert);
  }
});

Deno.test({
  name: "promtool understands the expressions of the dashboard",
  ignore: promtool === undefined,
  async fn() {
    const panels = (await dashboard()).panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const rules = panels.map((expr, n) => ({
      record: `panel:${n}`,
      expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".+"),
    }));
    await using folder = await tempFolder();
    const file = `${folder.path}/panels.yml`;
    // JSON is YAML.
    await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "panels", rules }] }));
    await check(["check", "rules", file]);
  },
});

Deno.test("docs/operating.md lists every metric with its labels, and every alert with its severity", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/operating.md", import.meta.url));
  const rows = [...text.matchAll(/^\| `((?:caucase_|Caucase)\w+)` +\| (.*?) +\|/gm)];
  const documented = new Map(rows.map(([, name = "", cell = ""]) => [name, cell.replaceAll("`", "").trim()]));
  const { text: exposed } = await metrics;
  const types = [...exposed.matchAll(/^# TYPE (caucase_\w+) /gm)].map(([, name = ""]) => name);
  const rules = await readPackaged("prometheus/caucase.rules.yml");
  const alerts = [...rules.matchAll(/- alert: (\w+)\n[^]*?labels: \{ ?severity: (\w+)/g)];
  assert.deepEqual([...documented.keys()].toSorted(), [...types, ...alerts.map(([, name = ""]) => name)].toSorted());
  for (const [, name = "", severity] of alerts) assert.equal(documented.get(name), severity, name);
  for (const name of types) {
    const sample = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, "m").exec(exposed);
    const labels = [...(sample?.[1] ?? "").matchAll(/(\w+)="/g)].map(([, label]) => label);
    if (sample !== null) assert.equal(documented.get(name), labels.join(", "), name);
  }
});
