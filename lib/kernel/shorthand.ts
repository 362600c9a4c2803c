import type * as TypeScript from "typescript";

/** A cell with its shorthand properties written out. */
export interface Expanded {
  code: string;
  /** Where an offset of the expanded code lies in the cell as it was written. */
  originalOffset(offset: number): number;
}

/**
 * Writes `{ a }` as `{ a: a }`, which means the same.
 *
 * tslab turns names of earlier cells into `exports.a`, and misses them where a name stands for a
 * property and a value at once: without this, `{ a }` is a ReferenceError in the next cell.
 */
export function expandShorthand(code: string): Expanded {
  const ts = require("@tslab/typescript-for-tslab") as typeof TypeScript;
  const source = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true);
  const inserted: { at: number; text: string }[] = [];
  const visit = (node: TypeScript.Node): void => {
    if (ts.isShorthandPropertyAssignment(node)) {
      inserted.push({ at: node.name.getStart(source), text: `${node.name.text}: ` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);

  let [expanded, from] = ["", 0];
  for (const { at, text } of inserted) {
    expanded += code.slice(from, at) + text;
    from = at;
  }
  return {
    code: expanded + code.slice(from),
    originalOffset(offset) {
      let shift = 0;
      for (const { at, text } of inserted) {
        if (offset <= at + shift) break;
        shift += Math.min(text.length, offset - at - shift);
      }
      return offset - shift;
    },
  };
}
