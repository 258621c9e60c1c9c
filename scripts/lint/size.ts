/**
 * Rules `file-length`, `line-length`, `function-length`, `parameters` and `named-exports`: the shape of files and
 * functions.
 */
import { isProduct, placeOf } from "./place.ts";

const MAX_FILE_LINES = 300;
const MAX_COLUMNS = 120;
const MAX_FUNCTION_LINES = 60;
const MAX_PARAMETERS = 3;

export const fileLength: Deno.lint.Rule = {
  create(context) {
    return {
      Program(node) {
        const lines = lineCount(context.sourceCode.text.trimEnd());
        if (lines <= MAX_FILE_LINES) return;
        context.report({
          node: node.body[0] ?? node,
          message: `file-length: ${lines} lines, more than ${MAX_FILE_LINES}`,
          hint: "Split it along what its functions are about; around 140 lines is the aim.",
        });
      },
    };
  },
};

/**
 * The formatter breaks code, but neither comments nor texts. In tests and scripts texts may be longer: names,
 * expressions, rows.
 */
export const lineLength: Deno.lint.Rule = {
  create(context) {
    const everything = isProduct(placeOf(context.filename));
    return {
      Program(node) {
        for (const [index, line] of context.sourceCode.text.split("\n").entries()) {
          if (line.length <= MAX_COLUMNS || !(everything || COMMENT.test(line))) continue;
          context.report({
            node: node.body[0] ?? node,
            message: `line-length: line ${index + 1} has ${line.length} columns, more than ${MAX_COLUMNS}`,
            hint: "Break the comment or text; a comment that needs so much may say too much.",
          });
        }
      },
    };
  },
};

const COMMENT = /^\s*(\/\/|\/\*|\*)/;

export const functionLength: Deno.lint.Rule = {
  create(context) {
    return {
      "FunctionDeclaration, FunctionExpression, ArrowFunctionExpression": (node: Deno.lint.Node) => {
        const lines = lineCount(context.sourceCode.getText(node));
        if (lines <= MAX_FUNCTION_LINES) return;
        context.report({
          node,
          message: `function-length: ${lines} lines, more than ${MAX_FUNCTION_LINES}`,
          hint: "Move its steps into named functions; around 12 lines is the aim.",
        });
      },
    };
  },
};

type WithParameters = Extract<Deno.lint.Node, { params: Deno.lint.Parameter[] }>;

const WITH_PARAMETERS =
  "FunctionDeclaration, FunctionExpression, ArrowFunctionExpression, TSDeclareFunction, TSMethodSignature, " +
  "TSEmptyBodyFunctionExpression";

export const parameters: Deno.lint.Rule = {
  create(context) {
    return {
      [WITH_PARAMETERS]: (node: WithParameters) => {
        const count = node.params.filter((one) => one.type !== "Identifier" || one.name !== "this").length;
        if (count <= MAX_PARAMETERS) return;
        context.report({
          node,
          message: `parameters: ${count} positional parameters, more than ${MAX_PARAMETERS}`,
          hint: "Take an options object: its names then stand at every call.",
        });
      },
    };
  },
};

/** The one file whose default export somebody else asks for: Deno loads lint plugins by it. */
const PLUGIN = "scripts/lint/plugin.ts";

export const namedExports: Deno.lint.Rule = {
  create(context) {
    if (placeOf(context.filename).path === PLUGIN) return {};
    const report = (node: Deno.lint.Node) =>
      context.report({
        node,
        message: "named-exports: no default export",
        hint: "Export it by name: a thing is then called the same wherever it is used.",
      });
    return {
      ExportDefaultDeclaration: report,
      ExportSpecifier(node) {
        if (node.exported.type === "Identifier" && node.exported.name === "default") report(node);
      },
    };
  },
};

function lineCount(text: string): number {
  return text.split("\n").length;
}
