import assert from "node:assert/strict";
import { test } from "node:test";
import { script } from "../../scripts/export/assets";
import { htmlOfCell } from "../../scripts/export/cells";
import { firstSentence, overviewOf } from "../../scripts/export/overview";
import { pageOf } from "../../scripts/export/page";
import { prose } from "../../scripts/export/prose";
import { slidesOf } from "../../scripts/export/slides";
import type { Source } from "../../scripts/export/source";
import type { Cell, Output } from "../../scripts/notebooks/notebook";
import { cell, notebookOf, outputs } from "./specimen";

function sourceWith(...cells: Cell[]): Source {
  return { stem: "07-name", title: "A < B", notebook: notebookOf(...cells) };
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
});

test("each output has its richest form, with text for those who can't see it", () => {
  const html = (output: Output) => htmlOfCell(cell("", "slide", [output])).trim();
  const figure =
    /data-kind="vega" .*aria-label="a line".*<img class="still" alt="a line" src="data:/;
  assert.match(html(outputs.vegaLite), figure);
  assert.match(html(outputs.plotly), /data-kind="plotly" .*alt="a valley"/);
  assert.match(html(outputs.claim), /^<div class="output html"><div class='claim'>holds/);
  assert.match(html(outputs.table), /^<div class="output html"><table>/);
  assert.match(html(outputs.png), /^<div class="output"><img .*alt="grey"/);
  assert.match(
    html(outputs.svg),
    /role="img" aria-label="empty"><svg width="9" height="9"><\/svg>/,
  );
  assert.match(html(outputs.latex), /katex-display/);
  assert.match(html(outputs.markdown), /an <em>affine<\/em> map/);
  assert.equal(html(outputs.text), '<pre class="output">1 &lt; 2</pre>');
  assert.equal(html(outputs.stream), '<pre class="output stdout">a &lt; b\nbold\n</pre>');
  assert.equal(
    html(outputs.error),
    '<pre class="output error">RangeError: no such region\n    at &lt;cell&gt;:1:7</pre>',
  );
  const { traceback: _, ...bare } = outputs.error;
  assert.match(html(bare), />RangeError: no such region</);
  const unknown: Output = { output_type: "display_data", data: { "application/x": 1 } };
  assert.throws(
    () => pageOf(sourceWith(cell("1", "slide", [unknown]))),
    /07-name, cell 0: an output can't be shown: it has application\/x/,
  );
});

test("a notebook is introduced by its first sentence", () => {
  const first = (text: string) => firstSentence(notebookOf(cell(`# Title\n\n${text}`, "slide")));
  assert.equal(first("**Claim.** It is so. And more."), "It is so.");
  assert.equal(first("At $x = 2. 5$ it is\n`a. b`! Yes."), "At $x = 2. 5$ it is\n`a. b`!");
  assert.equal(first("One map,\n\n$$f(x)$$"), "One map.");
  assert.equal(first("**In short** it holds."), "**In short** it holds.");
  assert.equal(first("$$f(x)$$"), "");
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
    (
      '<section>[<p>first</p><divclass="fragment"><p>then</p></div>]' +
      '[<p>below</p><asideclass="notes"><p>said</p></aside>]</section>' +
      "<section>[<p>second</p><p>beside</p>]</section>"
    )
      .replaceAll("[", '<section><divclass="sheet">')
      .replaceAll("]", "</div></section>"),
  );
  assert.throws(
    () => slidesOf(sourceWith(cell("1", "slides"))),
    /cell 0: slide mark "slides", expected one of slide, subslide/,
  );
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
