import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bound, ClaimError, type ClaimRecord, claim } from "../../lib/notebook";
import { capture, type Shown } from "./capture";

const MIME = "application/vnd.madmax.claim+json";

/** Makes a claim; returns its record and whether it threw. */
function made(measured: number | string | boolean, bound?: Bound) {
  let error: unknown;
  const shown: Shown[] = capture(() => {
    try {
      if (bound === undefined) claim("it is so", measured as boolean);
      else claim("it is so", measured, bound);
    } catch (thrown) {
      error = thrown;
    }
  });
  return { record: shown[0]?.data[MIME] as ClaimRecord, shown: shown[0]!, error };
}

test("a claim that holds says by how much, for readers and for machines", () => {
  const { record, shown, error } = made(2.34567e-14, 1e-12);
  assert.equal(error, undefined);
  assert.deepEqual(record, {
    text: "it is so",
    measured: 2.35e-14,
    relation: "at most",
    bound: 1e-12,
    margin: 9.77e-13,
    passed: true,
  });
  assert.equal(shown.data["text/plain"], "✓ it is so: 2.35e-14, at most 1e-12 (margin 9.77e-13)");
  assert.match(String(shown.data["text/html"]), /✓ holds/);
});

test("a claim that fails is shown first and thrown then", () => {
  const { record, shown, error } = made(3, { atMost: 2 });
  assert.equal(record.passed, false);
  assert.equal(record.margin, -1);
  assert.match(String(shown.data["text/html"]), /✗ fails/);
  assert.ok(error instanceof ClaimError);
  assert.equal(error.message, "it is so: 3, at most 2 (margin -1)");
});

test("each relation can hold and can fail", () => {
  const cases: [number | string | boolean, Bound | undefined, boolean][] = [
    [1, 1, true],
    [1.01, 1, false],
    [0.98, { atLeast: 0.97 }, true],
    [0.96, { atLeast: 0.97 }, false],
    [7, { equals: 7 }, true],
    [7, { equals: 8 }, false],
    ["relu", { equals: "relu" }, true],
    [5, { within: [5, 6] }, true],
    [4.9, { within: [5, 6] }, false],
    [6.1, { within: [5, 6] }, false],
    [true, undefined, true],
    [false, undefined, false],
    [Number.NaN, 1, false],
    [Number.NaN, { within: [0, 1] }, false],
    [Number.POSITIVE_INFINITY, { atLeast: 0 }, true],
  ];
  for (const [measured, bound, holds] of cases) {
    const { record, error } = made(measured, bound);
    const label = `${measured} against ${JSON.stringify(bound)}`;
    assert.equal(record.passed, holds, label);
    assert.equal(error === undefined, holds, label);
  }
  assert.equal(made(Number.NaN, 1).record.measured, "NaN");
});

test("a limit that is infinite is stored as text, since JSON knows none", () => {
  assert.equal(made(1, { atMost: Infinity }).record.bound, "Infinity");
  assert.deepEqual(made(1, { within: [-Infinity, 2] }).record.bound, ["-Infinity", 2]);
  assert.match(String(made(1, Infinity).shown.data["text/plain"]), /1, at most Infinity/);
});

test("the text of a claim is no HTML", () => {
  const [shown] = capture(() => claim("a < b & c", true));
  assert.match(String(shown!.data["text/html"]), /a &lt; b &amp; c/);
});

test("a bound about numbers wants a number", () => {
  assert.throws(
    () => claim("x", "text", 3),
    /claim "x": measured string, the bound is about numbers/,
  );
});
