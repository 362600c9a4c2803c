import type * as TypeScript from "typescript";

/**
 * Ends a cell whose last statement writes to stdout or stderr with a statement that has no value.
 *
 * tslab shows the value of a cell's last expression, and would put the `true` that `write` returns,
 * which says that the stream takes more, right behind the text that was written.
 */
export function withoutValueOfWrite(code: string): string {
  const ts = require("@tslab/typescript-for-tslab") as typeof TypeScript;
  const source = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true);
  const last = source.statements.at(-1);
  if (last === undefined || !ts.isExpressionStatement(last)) return code;
  if (!ts.isCallExpression(last.expression)) return code;
  const called = last.expression.expression.getText(source);
  return /^process\.(stdout|stderr)\.write$/.test(called) ? `${code}\n;void 0` : code;
}
