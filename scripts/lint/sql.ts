/** Rule `sql`: what a database holds, and how it is asked, is known in `server/storage/` alone. */
import { importVisitor } from "./imports.ts";
import { isProduct, type Place, placeOf, resolveSpecifier } from "./place.ts";

const STORAGE = "server/storage/";

/** Besides the storage: the format of backups is SQL, and a version is asked of the library itself. */
const SQL_ELSEWHERE = /^core\/backup\/sql_\w+\.ts$|^cli\/version\.ts$/;

/** How a statement begins. `BEGIN` alone is also PEM's, `DELETE` alone HTTP's. */
const STATEMENT = new RegExp(
  "^\\s*(" + [
    "(SELECT|UPDATE|PRAGMA|SAVEPOINT|RELEASE|ATTACH)(?=\\s)",
    "(INSERT|REPLACE)(?=\\s+(INTO|OR)\\b)",
    "DELETE(?=\\s+FROM\\b)",
    "(CREATE|ALTER|DROP)(?=\\s+(TEMP|UNIQUE|VIRTUAL|TABLE|INDEX|VIEW|TRIGGER)\\b)",
    "BEGIN(?=\\s*;|\\s+(DEFERRED|IMMEDIATE|EXCLUSIVE|TRANSACTION)\\b)",
    "(COMMIT|ROLLBACK|VACUUM)(?=\\s*;|\\s|$)",
  ].join("|") + ")",
);

const DATABASE_MODULES: readonly string[] = ["node:sqlite", "pg", "postgres"];

/** Modules of a storage that speak of columns and statements: they are for the storage's own. */
const INNER = /^server\/storage\/\w+\/(database|column_values|named_values|own_tables|transactions|\w+_store)\.ts$/;

const HINT = "Give server/storage/ a function with a name of the CA's words, and call that.";

export const sql: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (!isProduct(place) || mayHoldSql(place)) return {};
    const report = (node: Deno.lint.Node, what: string) =>
      context.report({ node, message: `sql: no ${what} in ${place.path}`, hint: HINT });
    const judge = (node: Deno.lint.Node, text: string) => {
      const [, verb] = STATEMENT.exec(text) ?? [];
      if (verb !== undefined) report(node, verb);
    };
    return {
      Literal(node) {
        if (typeof node.value === "string") judge(node, node.value);
      },
      TemplateLiteral(node) {
        judge(node, node.quasis[0]?.cooked ?? "");
      },
      ...importVisitor((specifier, node) => {
        const inner = INNER.test(resolveSpecifier(place, specifier)?.path ?? "");
        if (inner || DATABASE_MODULES.includes(specifier)) report(node, specifier);
      }),
    };
  },
};

function mayHoldSql({ path }: Place): boolean {
  return path.startsWith(STORAGE) || SQL_ELSEWHERE.test(path);
}
