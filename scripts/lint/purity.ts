/** Rule `core-purity`: `core/` decides and never acts. Effects live in `core/host/`, `server/` and `cli/`. */
import { globalVisitor } from "./globals.ts";
import { importVisitor } from "./imports.ts";
import { placeOf } from "./place.ts";

const CLOCK = "core/ is told the time: take `now` (Unix seconds) as a parameter.";
const WAITING = "core/ never waits: let server/ or cli/ wait with a Clock of core/host/clock.ts.";
const RANDOM = "core/ is given randomness: take `random: (size: number) => Bytes` as a parameter.";
const KEYS = "core/ asks a KeyStore for keys; core/host/generate_key.ts makes them.";
const EFFECTS = "Effects belong into core/host/ (when server and command line share them), server/ or cli/.";
const LOGGING = "core/ returns or throws what there is to say; cli/terminal.ts and the log of core/host/log.ts say it.";

/** Globals by dotted name; a name alone stands for all its members too. */
const IMPURE: ReadonlyMap<string, string> = new Map([
  ["Deno", EFFECTS],
  ["process", EFFECTS],
  ["fetch", EFFECTS],
  ["WebSocket", EFFECTS],
  ["Worker", EFFECTS],
  ["localStorage", EFFECTS],
  ["console", LOGGING],
  ["prompt", LOGGING],
  ["confirm", LOGGING],
  ["alert", LOGGING],
  ["Date.now", CLOCK],
  ["performance", CLOCK],
  ["Temporal.Now", CLOCK],
  ["Math.random", RANDOM],
  ["crypto.getRandomValues", RANDOM],
  ["crypto.randomUUID", RANDOM],
  ["crypto.subtle.generateKey", KEYS],
  ["setTimeout", WAITING],
  ["setInterval", WAITING],
  ["setImmediate", WAITING],
  ["AbortSignal.timeout", WAITING],
]);

/** Built-in modules that only compute. */
const PURE_MODULES: readonly string[] = ["node:crypto", "node:buffer", "node:util"];
const RANDOM_EXPORTS = /^(random|getRandomValues$|webcrypto$)/;
const LOG_PACKAGE = "@logtape/logtape";

export const corePurity: Deno.lint.Rule = {
  create(context) {
    if (placeOf(context.filename).layer !== "core") return {};
    const report = (node: Deno.lint.Node, what: string, hint: string) =>
      context.report({ node, message: `core-purity: no ${what} in core/`, hint });
    return {
      ...globalVisitor((name, node) => {
        const hint = IMPURE.get(name) ?? IMPURE.get(name.split(".", 1).join());
        if (hint !== undefined) report(node, name, hint);
      }),
      ...importVisitor((specifier, node) => checkImport(specifier, node, report)),
      "NewExpression, CallExpression": (node: Deno.lint.NewExpression | Deno.lint.CallExpression) => {
        if (readsClock(node)) report(node, "clock behind Date()", CLOCK);
      },
    };
  },
};

function checkImport(
  specifier: string,
  node: Deno.lint.Node,
  report: (node: Deno.lint.Node, what: string, hint: string) => void,
): void {
  if (specifier === LOG_PACKAGE) return report(node, "logging", LOGGING);
  if (!specifier.startsWith("node:")) return;
  if (!PURE_MODULES.includes(specifier)) return report(node, specifier, EFFECTS);
  if (node.type !== "ImportDeclaration") return;
  for (const imported of node.specifiers) {
    if (imported.type === "ImportSpecifier" && RANDOM_EXPORTS.test(nameOf(imported.imported))) {
      report(imported, nameOf(imported.imported), RANDOM);
    }
  }
}

function nameOf(name: Deno.lint.Identifier | Deno.lint.StringLiteral): string {
  return name.type === "Identifier" ? name.name : name.value;
}

/** `new Date()` and `Date()` read the clock, `new Date(seconds * 1000)` does not. */
function readsClock(
  { type, callee, arguments: { length } }: Deno.lint.NewExpression | Deno.lint.CallExpression,
): boolean {
  return callee.type === "Identifier" && callee.name === "Date" && (type === "CallExpression" || length === 0);
}
