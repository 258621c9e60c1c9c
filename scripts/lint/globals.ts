/** Finds uses of global objects and functions by their dotted name, such as `Date.now` or `setTimeout`. */

type Node = Deno.lint.Node;

/**
 * Calls `visit` with the dotted name of each global that is used: `console.log`, `Deno.FsFile` (also as a type),
 * `Date.now` (called or not, also in `const { now } = Date`), `setTimeout`. A leading `globalThis.` is left out. A
 * local name that hides a global is taken for it: rename it.
 */
export function globalVisitor(visit: (name: string, node: Node) => void): Deno.lint.LintVisitor {
  return {
    MemberExpression(node) {
      const name = dottedName(node);
      if (name !== undefined) visit(name, node);
    },
    Identifier(node) {
      if (isValue(node)) visit(node.name, node);
    },
    TSQualifiedName(node) {
      if (node.left.type === "Identifier") visit(`${node.left.name}.${node.right.name}`, node);
    },
    VariableDeclarator(node) {
      if (node.id.type !== "ObjectPattern" || node.init?.type !== "Identifier") return;
      for (const property of node.id.properties) {
        if (property.type === "Property" && property.key.type === "Identifier") {
          visit(`${node.init.name}.${property.key.name}`, property);
        }
      }
    },
  };
}

/** `a.b` of a member expression whose object is a plain name (or `globalThis` and a plain name). */
function dottedName(node: Deno.lint.MemberExpression): string | undefined {
  const property = propertyName(node);
  const object = objectName(node.object);
  if (property === undefined || object === undefined) return undefined;
  return object === "globalThis" ? property : `${object}.${property}`;
}

function objectName(object: Deno.lint.Expression): string | undefined {
  if (object.type === "Identifier") return object.name;
  const isGlobal = object.type === "MemberExpression" && objectName(object.object) === "globalThis";
  return isGlobal ? propertyName(object) : undefined;
}

function propertyName({ computed, property }: Deno.lint.MemberExpression): string | undefined {
  if (!computed) return property.type === "Identifier" ? property.name : undefined;
  return property.type === "Literal" && typeof property.value === "string" ? property.value : undefined;
}

/** Whether a name is used as a value by itself: called, passed on, stored. Declarations and keys are not uses. */
function isValue(node: Deno.lint.Identifier): boolean {
  const parent: Node | undefined = node.parent;
  switch (parent?.type) {
    case "VariableDeclarator":
      return parent.init === node;
    case "AssignmentPattern":
      return parent.right === node;
    case "Property":
      return parent.value === node;
    case "CallExpression":
    case "NewExpression":
    case "AssignmentExpression":
    case "ConditionalExpression":
    case "LogicalExpression":
    case "ReturnStatement":
      return true;
    default:
      return false;
  }
}
