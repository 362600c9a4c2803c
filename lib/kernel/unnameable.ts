import type * as TypeScript from "typescript";
import type { Insertion } from "./edits";

/**
 * Whether the compiler complains that it can't write down a type that it inferred, which it does
 * for the declarations that later cells see, and for nothing that is wrong with the cell itself.
 */
export function isUnnameable(code: number): boolean {
  // "has or is using name … but cannot be named", "private name", "may not be private or protected";
  // "inaccessible", "cannot be named without a reference", "exceeds the maximum length".
  return (code >= 4000 && code < 4130) || [2527, 2742, 7056].includes(code);
}

/**
 * The annotations with which the declarations at these offsets have a type that can be written
 * down: of an imported module its own, else `any`. Undefined if one of them takes none.
 */
export function annotations(code: string, offsets: readonly number[]): Insertion[] | undefined {
  const ts = require("@tslab/typescript-for-tslab") as typeof TypeScript;
  const source = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true);
  const found = new Map<number, string>();
  for (const offset of offsets) {
    const declaration = declarationAt(ts, source, offset);
    if (declaration === undefined || declaration.type !== undefined) return undefined;
    if (ts.isVariableDeclaration(declaration) || ts.isPropertyDeclaration(declaration)) {
      const { name, exclamationToken } = declaration;
      const mark = ts.isPropertyDeclaration(declaration) ? declaration.questionToken : undefined;
      found.set(
        (mark ?? exclamationToken ?? name).end,
        `: ${typeOfImport(ts, declaration.initializer) ?? "any"}`,
      );
    } else {
      const closing = declaration
        .getChildren(source)
        .find(({ kind }) => kind === ts.SyntaxKind.CloseParenToken);
      const flags = ts.getCombinedModifierFlags(declaration);
      const waits = (flags & ts.ModifierFlags.Async) !== 0 && !declaration.asteriskToken;
      if (closing === undefined) return undefined;
      found.set(closing.end, waits ? ": Promise<any>" : ": any");
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([at, text]) => ({ at, text }));
}

type Declaration =
  | TypeScript.VariableDeclaration
  | TypeScript.PropertyDeclaration
  | TypeScript.FunctionDeclaration
  | TypeScript.MethodDeclaration
  | TypeScript.GetAccessorDeclaration;

/** The variable, function or class member outside of any function that an offset lies in. */
function declarationAt(
  ts: typeof TypeScript,
  source: TypeScript.SourceFile,
  offset: number,
): Declaration | undefined {
  const visit = (node: TypeScript.Node): Declaration | undefined => {
    if (offset < node.getStart(source) || offset >= node.end) return undefined;
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isGetAccessorDeclaration(node);
    return declares ? node : ts.forEachChild(node, visit);
  };
  return visit(source);
}

/** The type of `await import("…")`, whose module has a default in any case. */
function typeOfImport(
  ts: typeof TypeScript,
  value: TypeScript.Expression | undefined,
): string | undefined {
  if (value === undefined || !ts.isAwaitExpression(value)) return undefined;
  const call = value.expression;
  if (!ts.isCallExpression(call) || call.expression.kind !== ts.SyntaxKind.ImportKeyword) {
    return undefined;
  }
  const [name] = call.arguments;
  if (name === undefined || !ts.isStringLiteralLike(name)) return undefined;
  const module = `typeof import(${JSON.stringify(name.text)})`;
  return `${module} & { default: ${module} }`;
}
