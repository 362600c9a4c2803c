import assert from "node:assert/strict";
import { test } from "node:test";
import { svgOfVegaLite } from "../../lib/notebook/rendering";
import {
  crossingsChart,
  embeddingChart,
  neighbourExplorer,
  neighbourGrids,
  sameClassChart,
} from "../../lib/plot";

const images = {
  name: "squares",
  size: 20,
  shape: [2, 2, 1],
  inputs: Float32Array.from({ length: 80 }, (_, i) => (i % 7) / 7),
  labels: Uint8Array.from({ length: 20 }, (_, n) => n % 2),
  classNames: ["even", "odd & <more>"],
};
const all = Array.from({ length: 20 }, (_, n) => n);
const count = (text: string, part: string) => text.split(part).length - 1;

test("a grid shows the query and fifteen neighbours, and counts those of its class", () => {
  const grids = [
    { title: "all & <sundry>", neighbours: all },
    { title: "even", neighbours: [0, 2, 4] },
  ];
  const svg = neighbourGrids(images, { set: images, index: 6 }, grids, { title: "T" });
  assert.match(svg, />all &#38; &#60;sundry&#62;<.*>8 of 15</);
  assert.match(svg, />even<.*>3 of 3</);
  assert.equal(count(svg, "<image "), 1 + 15 + 1 + 3);
  assert.equal(count(svg, 'fill="#009e73"'), 8 + 3);
  const none = { set: images, index: 20 };
  assert.throws(() => neighbourGrids(images, none, grids), /no image 20 in squares, which has 20/);
  const planar = { ...images, shape: [4] };
  assert.throws(() => neighbourGrids(planar, { set: planar, index: 0 }, grids), /has shape \[4\]/);
});

test("the explorer first shows the first query by the last layer", () => {
  const found = ["ReLU 1", "ReLU 2"].map((layer) => ({ layer, indices: [1, 2, 3, 4, 6, 8], k: 3 }));
  const spec = neighbourExplorer(images, { set: images, indices: [0, 5] }, found);
  const svg = svgOfVegaLite(spec);
  // Two queries to choose from, then the first one and its three neighbours.
  assert.equal(count(svg, "<image "), 2 + 4);
  assert.equal(count(svg, 'xlink:href="data:image/png'), 2 + 4, "the pictures are in the picture");
  assert.match(svg, /same class/);
  const short = [{ layer: "ReLU 1", indices: [1, 2, 3], k: 3 }];
  const queries = { set: images, indices: [0, 5] };
  assert.throws(() => neighbourExplorer(images, queries, short), /2 queries, but 3 neighbours/);
  assert.throws(() => neighbourExplorer(images, queries, []), /no layer/);
});

test("charts draw every point, keep the order of layers, and refuse to draw nothing", () => {
  const shares = ["ReLU 2", "ReLU 1"].flatMap((layer) =>
    ["true", "random"].map((network) => ({ layer, network, low: 0.2, mean: 0.3, high: 0.4 })),
  );
  const spec = sameClassChart(
    shares.map((s) => ({ ...s, set: "MNIST" })),
    { neighbours: 7 },
  );
  const svg = svgOfVegaLite(spec);
  assert.match(svg, /share of 7 neighbours/);
  assert.ok(svg.indexOf(">ReLU 2<") < svg.indexOf(">ReLU 1<"));
  const pair = { layer: "ReLU 1", distance: 3, crossings: 5 };
  assert.match(svgOfVegaLite(crossingsChart([pair, pair])), /facets crossed/);
  const panel = { title: "P", places: [0, 1, 2, 3], labels: [1, 0] };
  const { classNames } = images;
  assert.match(svgOfVegaLite(embeddingChart([panel], { classNames })), /1 odd &amp; &lt;more&gt;/);
  assert.throws(() => sameClassChart([]), /no shares/);
  assert.throws(() => crossingsChart([]), /no pairs/);
  assert.throws(() => embeddingChart([]), /no points/);
  assert.throws(() => embeddingChart([{ ...panel, labels: [1] }]), /2 points and 1 classes/);
});
