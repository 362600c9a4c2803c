import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { atScale, progress } from "../../lib/notebook";
import { capture } from "./capture";

const lastText = (shown: ReturnType<typeof capture>) => shown.at(-1)!.data["text/plain"];

test("a loop with progress yields what there is and ends with a count, without times", () => {
  const seen: string[] = [];
  const shown = capture(() => {
    for (const item of progress(["a", "b", "c"], { title: "letters" })) seen.push(item);
  });
  assert.deepEqual(seen, ["a", "b", "c"]);
  assert.equal(lastText(shown), "letters · 3 of 3");
  assert.deepEqual(
    shown.map(({ update }) => update),
    [false, ...Array(shown.length - 1).fill(true)],
  );
  const [id] = new Set(shown.map(({ transient }) => transient.display_id));
  assert.match(id!, /^madmax-\d+$/);
});

test("a number counts, and works with sets and generators too", () => {
  capture(() => {
    assert.deepEqual([...progress(3)], [0, 1, 2]);
    assert.deepEqual([...progress(new Set([5, 6]))], [5, 6]);
    assert.deepEqual([...progress(0)], []);
  });
});

test("a loop left early says where it stopped", () => {
  const left = capture(() => {
    for (const i of progress(10)) if (i === 4) break;
  });
  assert.equal(lastText(left), "4 of 10 · stopped");
  const thrown = capture(() => {
    assert.throws(() => {
      for (const _ of progress(10)) throw new Error("out");
    }, /out/);
  });
  assert.equal(lastText(thrown), "0 of 10 · stopped");
});

test("a bar moved by hand shows values beside it, and ends without", async () => {
  const shown = capture(() => {
    const bar = progress(100, { title: "steps" });
    bar.update(0);
    const end = performance.now() + 130;
    for (let i = 1; i <= 100; i++) {
      while (i === 50 && performance.now() < end);
      bar.update(i, { loss: 0.123456 });
    }
    bar.done();
    bar.done();
  });
  assert.ok(shown.length >= 3 && shown.length < 10, `${shown.length} updates of 101`);
  const between = String(shown.at(-2)!.data["text/plain"]);
  assert.match(between, /^steps · 50 of 100 · [\d.e+]+\/s, \d+ s left, loss 0\.123$/);
  assert.equal(lastText(shown), "steps · 100 of 100");
});

test("asynchronous work too", async () => {
  async function* slow() {
    yield* [1, 2, 3];
  }
  const seen: number[] = [];
  for await (const n of progress(slow(), { total: 3 })) seen.push(n);
  assert.deepEqual(seen, [1, 2, 3]);
  // @ts-expect-error a total is needed, since nobody knows how many will come
  assert.throws(() => progress(slow()), /needs \{ total \}/);
});

test("outside a notebook progress is plain lines on stderr, claims a line each", () => {
  const library = JSON.stringify(join(__dirname, "..", "..", "lib", "notebook"));
  const program = `const { claim, progress } = require(${library});
    for (const _ of progress(5, { title: "items" }));
    claim("two is two", 2, { equals: 2 });`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
  assert.equal(stderr, "items · 5 of 5\n");
  assert.equal(stdout, "✓ two is two: 2, equal to 2\n");
});

test("impossible totals and scales are refused", (t) => {
  assert.throws(() => progress(2.5), /progress of 2\.5 steps/);
  const before = process.env.MADMAX_SCALE;
  t.after(() => {
    if (before === undefined) delete process.env.MADMAX_SCALE;
    else process.env.MADMAX_SCALE = before;
  });
  const choices = { ci: 1, lecture: 2, full: 3 };
  process.env.MADMAX_SCALE = "";
  assert.equal(atScale(choices), 2);
  process.env.MADMAX_SCALE = "full";
  assert.equal(atScale(choices), 3);
  process.env.MADMAX_SCALE = "huge";
  assert.throws(
    () => atScale(choices),
    /MADMAX_SCALE is "huge", expected one of ci, lecture, full/,
  );
});
