/** Rule `layers`: imports point along `main.ts → cli/ → server/ → core/`. */
import { importVisitor } from "./imports.ts";
import { isProduct, type Layer, type Place, placeOf, resolveSpecifier } from "./place.ts";

const MAY_IMPORT: Readonly<Record<Layer, readonly Layer[]>> = {
  main: ["cli", "core", "host"],
  cli: ["cli", "core", "host"],
  server: ["server", "core", "host"],
  core: ["core"],
  host: ["core", "host"],
  tests: ["main", "cli", "server", "core", "host", "tests", "scripts"],
  scripts: ["main", "cli", "server", "core", "host", "scripts", "tests"],
  nowhere: [],
};

/** The only two files through which the command line reaches the server. */
const DOORS: readonly string[] = ["cli/serve.ts", "cli/manage.ts"];

const TEST_PACKAGES: readonly string[] = ["fast-check", "playwright-core"];

export const layers: Deno.lint.Rule = {
  create(context) {
    const from = placeOf(context.filename);
    return importVisitor((specifier, node) => {
      const breach = breachOf(from, specifier);
      if (breach) context.report({ node, ...breach });
    });
  },
};

function breachOf(from: Place, specifier: string): { message: string; hint: string } | undefined {
  if (isProduct(from) && TEST_PACKAGES.includes(specifier)) {
    return { message: `layers: "${specifier}" is for tests`, hint: "Move this code into a _test.ts file or tests/." };
  }
  const to = resolveSpecifier(from, specifier);
  if (to === undefined || mayImport(from, to)) return undefined;
  return { message: `layers: ${from.path} must not import ${to.path}`, hint: remedy(from, to) };
}

function mayImport(from: Place, to: Place): boolean {
  if (MAY_IMPORT[from.layer].includes(to.layer)) return true;
  return to.layer === "server" && DOORS.includes(from.path);
}

function remedy(from: Place, to: Place): string {
  if (from.layer === "nowhere") return "A source file belongs into core/, server/, cli/, tests/ or scripts/.";
  if (to.layer === "tests" || to.layer === "scripts") {
    return "Nothing that ships uses tests or scripts: what both need belongs into core/.";
  }
  if (to.layer === "nowhere") return "A source file belongs into core/, server/, cli/, tests/ or scripts/.";
  if (from.layer === "core" && to.layer === "host") {
    return "core/ decides and never acts: take the time, randomness or bytes as a parameter, or do this in server/ " +
      "or cli/.";
  }
  if (to.layer === "server") {
    return `Only ${DOORS.join(" and ")} reach into server/; what both sides need belongs into core/.`;
  }
  return "Imports point along main.ts → cli/ → server/ → core/: move what both need down into core/.";
}
