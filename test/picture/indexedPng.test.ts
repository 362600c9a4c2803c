import assert from "node:assert/strict";
import { test } from "node:test";
import { PNG } from "pngjs";
import { indexedPng, pictureOfSvg } from "../../lib/picture";

const lines = Array.from({ length: 90 }, (_, k) => {
  return `<path d="M${7 * k},0L${640 - 7 * k},${300 + k}" stroke="#${(k * 40009 + 100000).toString(16).slice(0, 6).padStart(6, "1")}"/>`;
});
const drawing = pictureOfSvg(
  `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400"><rect width="640" height="400" fill="#ffffff"/><rect width="200" height="400" fill="#cfe3f1"/>${lines.join("")}</svg>`,
).png;

test("a line drawing with 256 colours is smaller, and looks alike", () => {
  const indexed = indexedPng(drawing);
  assert.ok(indexed.length < 0.6 * drawing.length, `${indexed.length} of ${drawing.length}`);
  assert.deepEqual(indexed, indexedPng(drawing));
  const [before, after] = [drawing, indexed].map((png) => PNG.sync.read(Buffer.from(png)));
  assert.deepEqual([after!.width, after!.height], [before!.width, before!.height]);
  let [far, exact, sum] = [0, 0, 0];
  before!.data.forEach((value, i) => {
    const gap = Math.abs(value - after!.data[i]!);
    sum += gap;
    if (gap === 0) exact++;
    if (gap > 64) far++;
  });
  const count = before!.data.length;
  assert.ok(
    exact > 0.8 * count && far < 0.005 * count && sum / count < 2,
    `${exact}, ${far}, ${sum}`,
  );
});

test("a picture of few colours keeps each of them", () => {
  const { png } = pictureOfSvg(
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10" fill="#ffffff"/><rect width="10" height="10" fill="#123456"/></svg>',
  );
  const [before, after] = [png, indexedPng(png)].map((one) => PNG.sync.read(Buffer.from(one)));
  assert.deepEqual(after!.data, before!.data);
});

test("rare shades stay near themselves among many frequent ones", () => {
  const stops = `<defs><linearGradient id="light"><stop stop-color="#ffffff"/><stop offset="1" stop-color="#4080c0"/></linearGradient><linearGradient id="rare"><stop stop-color="#ff0000"/><stop offset="1" stop-color="#000000"/></linearGradient></defs>`;
  const { png } = pictureOfSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400">${stops}<rect width="600" height="400" fill="url(#light)"/><rect width="200" height="2" fill="url(#rare)"/></svg>`,
  );
  const [before, after] = [png, indexedPng(png)].map((one) => PNG.sync.read(Buffer.from(one)));
  let most = 0;
  before!.data.forEach((value, i) => {
    most = Math.max(most, Math.abs(value - after!.data[i]!));
  });
  assert.ok(most <= 8, `a channel is ${most} off`);
});
