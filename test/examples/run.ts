import assert from "node:assert/strict";
import ts from "typescript";

/**
 * Runs an example with the names given in scope. Where a statement that is one expression is
 * followed by a comment that begins with a plain value, `zaslavsky(20, 2); // 211n`, the two must
 * agree: numbers to the digits written.
 */
export async function run(code: string, place: string, scope: object): Promise<void> {
  const source = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  const expected: Plain[] = [];
  let checked = "";
  let from = 0;
  for (const statement of source.statements) {
    if (!ts.isExpressionStatement(statement)) continue;
    const value = valueIn(code.slice(statement.end).split("\n", 1)[0]!);
    if (value === undefined) continue;
    const { expression } = statement;
    const [start, end] = [expression.getStart(), expression.end];
    const check = `__agrees(${code.slice(start, end)}, ${expected.length}, ${JSON.stringify(code.slice(start, end))})`;
    checked += code.slice(from, start) + check;
    from = end;
    expected.push(value);
  }
  const agrees = (found: unknown, k: number, text: string) => {
    const { value, digits } = expected[k]!;
    assert.ok(
      agree(plain(found), value, digits),
      `${place}: ${text} is ${written(plain(found))}, not ${written(value)}`,
    );
  };
  const { outputText } = ts.transpileModule(checked + code.slice(from), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  const names = { ...scope, require, exports: {}, __agrees: agrees };
  // A block of its own lets an example declare names that the scope has, too.
  const body = `${outputText.replace(/^"use strict";/, "")}`;
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const call = new AsyncFunction(...Object.keys(names), `"use strict"; { ${body}\n }`);
  await call(...Object.values(names));
}

/** A value that a comment can state, and half a unit of the last digit of its numbers. */
interface Plain {
  readonly value: unknown;
  readonly digits: number;
}

const NUMBER = "-?(?:\\d[\\d_]*(?:\\.\\d+)?(?:e-?\\d+)?|Infinity)";
const LITERAL = `"[^"]*"|true|false|null|undefined|-?\\d+n|${NUMBER}`;
const VALUE = new RegExp(
  `^;?\\s*// (?:\\w+Array )?(\\[(?:(?:${LITERAL})(?:, )?)*\\]|${LITERAL})(?=$|[,:;.]? )`,
);

function valueIn(comment: string): Plain | undefined {
  const text = VALUE.exec(comment)?.[1];
  if (text === undefined) return undefined;
  const decimals = [...text.matchAll(/\.(\d+)/g)].map(([, digits]) => digits!.length);
  const digits = decimals.length === 0 ? 1e-12 : 0.5 * 10 ** -Math.max(...decimals);
  return { value: new Function(`return ${text}`)(), digits };
}

function agree(found: unknown, value: unknown, digits: number): boolean {
  if (Array.isArray(value)) {
    return (
      Array.isArray(found) &&
      found.length === value.length &&
      value.every((entry, i) => agree(plain(found[i]), entry, digits))
    );
  }
  if (typeof value !== "number" || typeof found !== "number") return Object.is(found, value);
  return found === value || Math.abs(found - value) <= digits * (1 + 1e-9);
}

/** Typed arrays as arrays. */
function plain(found: unknown): unknown {
  return ArrayBuffer.isView(found) ? Array.from(found as Float64Array) : found;
}

function written(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
