import type * as TypeScript from "typescript";

/**
 * Does a cell loop by `for await` outside of any function?
 *
 * tslab makes a cell asynchronous if it sees an `await` outside of functions, and looks for the
 * expression alone: a cell that only loops so would be a syntax error.
 */
export function loopsByAwait(code: string): boolean {
  const ts = require("@tslab/typescript-for-tslab") as typeof TypeScript;
  const source = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true);
  const visit = (node: TypeScript.Node): boolean =>
    (ts.isForOfStatement(node) && node.awaitModifier !== undefined) ||
    (!ts.isFunctionLike(node) && (ts.forEachChild(node, visit) ?? false));
  return visit(source);
}
