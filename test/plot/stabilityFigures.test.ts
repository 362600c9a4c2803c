import assert from "node:assert/strict";
import { test } from "node:test";
import { svgOfVegaLite } from "../../lib/notebook/rendering";
import { boundsChart, radiiChart } from "../../lib/plot";

const bound = (
  network: string,
  name: string,
  side: "lower" | "exact" | "certified",
  value: number,
) => ({ network, bound: name, side, value }) as const;

test("bounds stand in the order of networks, with what is open between them", () => {
  const bounds = [
    bound("toy & co", "samples", "lower", 9),
    bound("toy & co", "complex", "exact", 10),
    bound("toy & co", "product", "certified", 40),
    bound("digits", "samples", "lower", 12),
    bound("digits", "product", "certified", 400),
  ];
  const spec = boundsChart(bounds) as { layer: { data: { values: object[] } }[] };
  assert.deepEqual(spec.layer[0]!.data.values, [
    { network: "toy & co", from: 10, to: 10 },
    { network: "digits", from: 12, to: 400 },
  ]);
  const svg = svgOfVegaLite(spec);
  assert.ok(svg.indexOf(">toy &amp; co<") < svg.indexOf(">digits<"));
  assert.throws(() => boundsChart(bounds.slice(3, 4)), /"digits" needs a bound from below and one/);
});

test("signals are sorted by their last series", () => {
  const spec = radiiChart([
    { certified: 0.1, attack: 3 },
    { certified: 0.2, attack: 1 },
  ]) as { data: { values: object[] } };
  assert.deepEqual(spec.data.values[0], { signal: 1, series: "certified", radius: 0.2 });
  assert.match(svgOfVegaLite(spec), /signals, sorted by attack/);
  assert.throws(() => radiiChart([]), /there are no radii/);
  assert.throws(() => radiiChart([{ certified: 0, attack: 1 }]), /"certified" is 0/);
});
