import assert from "node:assert/strict";
import { test } from "node:test";
import { script } from "../../scripts/export/assets";
import { htmlOfCell } from "../../scripts/export/cells";
import { overviewOf } from "../../scripts/export/overview";
import { pageOf } from "../../scripts/export/page";
import { prose } from "../../scripts/export/prose";
import { slidesOf } from "../../scripts/export/slides";
import type { Source } from "../../scripts/export/source";
import type { Cell, Notebook, Output } from "../../scripts/notebooks/notebook";

const cell = (source: string, mark: string, outputs?: Output[]): Cell => ({
  cell_type: outputs === undefined ? "markdown" : "code",
  metadata: { slideshow: { slide_type: mark } },
  source,
  ...(outputs !== undefined && { outputs }),
});

function sourceWith(...cells: Cell[]): Source {
  const notebook: Notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  return { stem: "07-name", title: "A < B", notebook };
}

test("formulas are told from money, code and escaped dollars", () => {
  assert.match(prose("with $a_1$ and $b$."), /katex.*katex/s);
  assert.match(prose("$$\n\\max_r a_r\n$$"), /katex-display/);
  for (const text of ["costs $5 or $6", "`$x$`", "\\$x\\$"]) {
    assert.doesNotMatch(prose(text), /katex/, text);
  }
  assert.throws(() => prose("$\\nosuchmacro$"), /nosuchmacro/);
});

test("a formula that is none is named with its cell", () => {
  const bad = sourceWith(cell("fine", "slide"), cell("$\\frac{1}$", "-"));
  assert.throws(() => pageOf(bad), /07-name, cell 1: KaTeX/);
});

test("links between notebooks lead to their pages, raw HTML is text", () => {
  assert.match(prose("[next](01-mas.ipynb#x)"), /href="01-mas\.html#x"/);
  assert.match(
    prose("[paper](https://arxiv.org/a.ipynb)"),
    /href="https:\/\/arxiv\.org\/a\.ipynb"/,
  );
  assert.match(prose("<script>1</script>"), /&lt;script&gt;/);
});

test("nothing that is embedded ends its element early", () => {
  assert.equal(script('a = "</script>"'), '<script>\na = "<\\/script>"\n</script>');
  const data = { "application/vnd.vegalite.v5+json": { title: "</script><b>" } };
  const html = htmlOfCell(cell("1", "slide", [{ output_type: "display_data", data }]));
  assert.equal(html.split("</script>").length, 2);
  const written = /<script type="application\/json">(.*)<\/script>/.exec(html)![1]!;
  assert.deepEqual(JSON.parse(written), { title: "</script><b>" });
  const noise: Output = { output_type: "stream", name: "stdout", text: "a < b & c" };
  assert.match(htmlOfCell(cell("1", "slide", [noise])), /a &lt; b &amp; c/);
});

test("slide marks make stacks of slides with fragments and notes", () => {
  const html = slidesOf(
    sourceWith(
      cell("first", "slide"),
      cell("then", "fragment"),
      cell("below", "subslide"),
      cell("said", "notes"),
      cell("hidden", "skip"),
      cell("second", "slide"),
      cell("beside", "-"),
    ),
  );
  const deck = /<div class="slides">([\s\S]*?)\n<\/div><\/div>/.exec(html)![1]!;
  assert.equal(
    deck.replace(/\s/g, ""),
    '<section><section><p>first</p><divclass="fragment"><p>then</p></div></section>' +
      '<section><p>below</p><asideclass="notes"><p>said</p></aside></section></section>' +
      "<section><section><p>second</p><p>beside</p></section></section>",
  );
  assert.throws(() => slidesOf(sourceWith(cell("1", "slides"))), /cell 0: slide mark "slides"/);
});

test("documents bring what they need and nothing more", () => {
  const plain = pageOf(sourceWith(cell("no formula", "slide")));
  assert.match(plain, /<title>A &lt; B<\/title>/);
  assert.ok(plain.length < 10_000, `${plain.length} characters`);
  assert.doesNotMatch(plain, /@font-face|<script/);
  const typeset = pageOf(sourceWith(cell("$x$", "slide")));
  assert.match(typeset, /@font-face/);
  for (const html of [plain, typeset, slidesOf(sourceWith(cell("$x$", "slide")))]) {
    const still = html.replace(/<script>[\s\S]*?<\/script>/g, "");
    assert.deepEqual(still.match(/(?:src|href)="(?:https?:)?\/\/[^"]*|url\((?!data:).{9}/g), null);
  }
});

test("a notebook without a picture gets a drawn thumbnail", () => {
  const picture: Output = { output_type: "display_data", data: { "image/png": "QUJD" } };
  const html = overviewOf([
    sourceWith(cell("1", "slide", [picture])),
    sourceWith(cell("1", "slide")),
  ]);
  assert.equal(html.match(/<img alt="" src="data:image\/png;base64,QUJD">/g)?.length, 1);
  assert.match(html, /<svg[\s\S]*>07<\/text>/);
});
