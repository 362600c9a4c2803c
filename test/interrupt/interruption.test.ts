import assert from "node:assert/strict";
import { test } from "node:test";
import { interrupt, interruption } from "../../lib/interrupt";

const listeners = () => process.listenerCount("madmax interrupt");

test("an interrupt, and the caller's signal, abort what runs, and nothing that has ended", () => {
  const caller = new AbortController();
  const [first, second, ended] = [interruption(), interruption(caller.signal), interruption()];
  ended.end();
  assert.equal(listeners(), 2);
  caller.abort(new Error("enough"));
  assert.deepEqual(
    [first, second, ended].map(({ signal }) => signal.aborted),
    [false, true, false],
  );
  assert.match(String(second.signal.reason), /enough/);
  interrupt();
  assert.equal(first.signal.reason.name, "AbortError");
  assert.match(String(second.signal.reason), /enough/);
  assert.equal(ended.signal.aborted, false);
  first.end();
  second.end();
  assert.equal(listeners(), 0);
});

test("a signal that is aborted already is followed at once", () => {
  const { signal, end } = interruption(AbortSignal.abort());
  assert.ok(signal.aborted);
  end();
});
