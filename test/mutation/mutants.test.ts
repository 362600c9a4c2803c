import assert from "node:assert/strict";
import { test } from "node:test";
import { mutantsOf, mutated } from "../../scripts/mutate/mutants";
import { sample } from "../../scripts/mutate/sample";

const changes = (text: string): string[] => mutantsOf("a.ts", text).map(({ change }) => change);

test("each operator changes the node that it is meant for", () => {
  assert.deepEqual(changes("x = a < b;"), ["x = a < b; → {}", "a < b → a <= b"]);
  assert.deepEqual(changes("const x = a * 3;"), ["a * 3 → a / 3", "3 → 4"]);
  assert.deepEqual(changes("const x = a[1];"), ["1 → 0"]);
  assert.deepEqual(changes("const x = a && b;"), ["a && b → a || b"]);
  assert.deepEqual(changes("const x = Math.min(a, b);"), ["Math.min → Math.max"]);
  assert.deepEqual(changes("const x = true;"), ["true → false"]);
  assert.deepEqual(changes("async () => { await f(a); };"), ["await f(a); → {}"]);
  assert.deepEqual(changes("if (a) f();"), ["a → !(a)", "f(); → {}"]);
  assert.deepEqual(changes("if (a === b) f();"), ["a === b → a !== b", "f(); → {}"]);
});

test("an early exit is removed, a last return and the break of a case are kept", () => {
  assert.deepEqual(changes("() => { if (a) return b; return c; };"), [
    "a → !(a)",
    "return b; → {}",
  ]);
  assert.deepEqual(changes("for (;;) { if (a) { break; } }"), ["a → !(a)", "break; → {}"]);
  assert.deepEqual(changes("switch (a) { case b: break; }"), []);
});

test("types, imports and texts are left alone", () => {
  assert.deepEqual(changes('import { a } from "b"; export { c } from "d";'), []);
  assert.deepEqual(changes("type A = 0 | 1; interface B { readonly c: true }"), []);
  assert.deepEqual(changes("const x: [0, 1] = y as 3;"), []);
  assert.deepEqual(changes(`/** a < b */ const x = \`\${a + 1}\`; const z = 'b' + c;`), []);
  const refusal = "if (a) throw new Error('b' + (a + 1), { cause: 2 });";
  assert.deepEqual(changes(refusal).slice(1), [`${refusal.slice(7)} → {}`]);
});

test("a mutant replaces its own node and nothing else", () => {
  const text = "const x = a + b + c; // a + b";
  const [outer, inner] = mutantsOf("a.ts", text);
  assert.equal(mutated(text, outer!), "const x = a + b - c; // a + b");
  assert.equal(mutated(text, inner!), "const x = a - b + c; // a + b");
});

test("a larger sample begins with the smaller one, and folders share it equally", () => {
  const folders = ["a + b", "c - d; e * f; g / h; i < j; k + l"].map((text) =>
    mutantsOf("a.ts", text),
  );
  const ids = (count: number) => sample(folders, count, 7).map(({ change }) => change);
  assert.equal(ids(2).length, 2);
  assert.equal(ids(10).length, 6);
  assert.deepEqual(ids(10).slice(0, 2), ids(2));
  assert.deepEqual(new Set(ids(10)).size, 6);
});
