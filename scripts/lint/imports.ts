/** Visits every way a file can name another module, types included. */

/** Calls `visit` with each specifier that the file imports or re-exports, also by `import()` in code and in types. */
export function importVisitor(visit: (specifier: string, node: Deno.lint.Node) => void): Deno.lint.LintVisitor {
  return {
    ImportDeclaration: (node) => visit(node.source.value, node),
    ExportAllDeclaration: (node) => visit(node.source.value, node),
    ExportNamedDeclaration(node) {
      if (node.source) visit(node.source.value, node);
    },
    ImportExpression(node) {
      if (node.source.type === "Literal" && typeof node.source.value === "string") visit(node.source.value, node);
    },
    TSImportType(node) {
      const { argument } = node;
      if (argument.type !== "TSLiteralType" || argument.literal.type !== "Literal") return;
      if (typeof argument.literal.value === "string") visit(argument.literal.value, node);
    },
  };
}
