import type * as TypeScript from "typescript";
import { type Edited, type Insertion, insert } from "./edits";

/**
 * Writes `{ a }` as `{ a: a }`, which means the same.
 *
 * tslab turns names of earlier cells into `exports.a`, and misses them where a name stands for a
 * property and a value at once: without this, `{ a }` is a ReferenceError in the next cell.
 */
export function expandShorthand(code: string): Edited {
  const ts = require("@tslab/typescript-for-tslab") as typeof TypeScript;
  const source = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true);
  const inserted: Insertion[] = [];
  const visit = (node: TypeScript.Node): void => {
    if (ts.isShorthandPropertyAssignment(node)) {
      inserted.push({ at: node.name.getStart(source), text: `${node.name.text}: ` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return insert(code, inserted);
}
