/** Rules `printing`, `durable-writes` and `foreign-functions`: effects that have one place each. */
import { globalVisitor } from "./globals.ts";
import { importVisitor } from "./imports.ts";
import { isProduct, type Place, placeOf, resolveSpecifier } from "./place.ts";

/** Files that may write to standard output or standard error. */
const PRINTERS: readonly string[] = ["cli/terminal.ts", "server/http/access_log_output.ts", "core/host/log.ts"];

const PRINTING = /^(console(\..*)?|Deno\.(stdout|stderr)(\..*)?|process\.(stdout|stderr)(\..*)?|prompt|confirm|alert)$/;

export const printing: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (!isProduct(place) || PRINTERS.includes(place.path)) return {};
    return globalVisitor((name, node) => {
      if (!PRINTING.test(name)) return;
      context.report({
        node,
        message: `printing: no ${name} in ${place.path}`,
        hint: "What a person reads goes through cli/terminal.ts, what an operator reads through the log of " +
          "core/host/log.ts.",
      });
    });
  },
};

/** The system calls that the one durable write is made of. */
const FILE_SYSTEM = "core/host/file_system.ts";

/** Besides the one durable write: the database and its lock are SQLite's and the kernel's to keep; a log only grows. */
const WRITERS: readonly string[] = [
  "core/host/durable_file.ts",
  FILE_SYSTEM,
  "server/audit/witness.ts",
  "server/http/access_log_output.ts",
  "server/storage/",
];

const WRITING = /^Deno\.(writeFile|writeTextFile|rename|create|copyFile|truncate|makeTempFile)(Sync)?$/;
const OPENING = /^Deno\.open(Sync)?$/;
const FILE_MODULES: readonly string[] = ["node:fs", "node:fs/promises"];
const ONE_PLACE =
  "Keys, certificates, CRLs and backups are written by core/host/durable_file.ts alone (temp file, fsync, rename).";

export const durableWrites: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (!isProduct(place) || isWriter(place)) return {};
    const report = (node: Deno.lint.Node, what: string) =>
      context.report({ node, message: `durable-writes: no ${what} in ${place.path}`, hint: ONE_PLACE });
    return {
      ...globalVisitor((name, node) => {
        if (WRITING.test(name) || (OPENING.test(name) && !opensForReading(node))) report(node, name);
      }),
      ...importVisitor((specifier, node) => {
        const circumvents = place.layer !== "host" && resolveSpecifier(place, specifier)?.path === FILE_SYSTEM;
        if (circumvents || (FILE_MODULES.includes(specifier) && !onlyLooks(node))) report(node, specifier);
      }),
    };
  },
};

/** Whether an import takes nothing but what tells about files that are open. */
function onlyLooks(node: Deno.lint.Node): boolean {
  return node.type === "ImportDeclaration" && node.specifiers.length > 0 &&
    node.specifiers.every((one) =>
      one.type === "ImportSpecifier" && one.imported.type === "Identifier" && one.imported.name === "fstatSync"
    );
}

function isWriter({ path }: Place): boolean {
  return WRITERS.some((allowed) => (allowed.endsWith("/") ? path.startsWith(allowed) : path === allowed));
}

/** Whether this `Deno.open` is called on the spot with options that say `read` and nothing else, or with none. */
function opensForReading(node: Deno.lint.Node): boolean {
  const call = node.type === "MemberExpression" ? node.parent : undefined;
  if (call?.type !== "CallExpression" || call.callee !== node) return false;
  const options = call.arguments[1];
  if (options === undefined) return true;
  return options.type === "ObjectExpression" &&
    options.properties.every((property) =>
      property.type === "Property" && property.key.type === "Identifier" && property.key.name === "read"
    );
}

/** Modules that call libraries of the machine: all that is done with a pointer can be read in one of them. */
const POINTER_HOLDERS: readonly string[] = ["server/keys/native/libcrypto.ts"];

const FOREIGN = /^Deno\.(dlopen|Unsafe\w+)(\..*)?$/;

export const foreignFunctions: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (!isProduct(place) || POINTER_HOLDERS.includes(place.path)) return {};
    return globalVisitor((name, node) => {
      if (!FOREIGN.test(name)) return;
      context.report({
        node,
        message: `foreign-functions: no ${name} in ${place.path}`,
        hint: "Pointers stay in one module for each library, which makes, uses and frees them.",
      });
    });
  },
};
