import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { script } from "../../scripts/export/assets";
import { htmlOfCell } from "../../scripts/export/cells";
import { firstSentence, overviewOf } from "../../scripts/export/overview";
import { pageOf } from "../../scripts/export/page";
import { prose } from "../../scripts/export/prose";
import { slidesOf } from "../../scripts/export/slides";
import { type Source, sourceOf } from "../../scripts/export/source";
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

/** The number of formulas in some HTML, in which nothing is left of one's source or of a list. */
function formulasIn(html: string): number {
  const seen = html
    .replace(/<annotation[\s\S]*?<\/annotation>/g, "")
    .replace(/<(pre|code|script|style)\b[\s\S]*?<\/\1>/g, "");
  assert.doesNotMatch(seen, /\$|\\begin|@@|<li>|<blockquote>|id="[^"]*\$/);
  return html.split('class="katex"').length - 1;
}

test("what is a formula in Jupyter is one on a page", () => {
  for (const [text, count] of [
    ["$\\|x\\|$ is small", 1],
    ["among $\\{0, 1\\}$ one", 1],
    ["$a\\,$ b, $ c $ and $d$2", 3],
    ["$s_i = s_{i}\n$", 1],
    ["$$\nf(x) = a\n+ b\n- c\n$$", 1],
    ["$$\nf(x)\n=\nb\n$$", 1],
    ["$$\na\n> b\n* c\n1. d\n---\n$$", 1],
    ["| a | b |\n|---|---|\n| $|x|$ | $\\|y\\|$ |", 2],
    ["\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}", 1],
    ["\\begin{equation*}\na_1*b*c_1\n\\end{equation*}", 1],
    ["\\\\(a_1*b*c_1\\\\) and \\\\[\na\n+ b\n\\\\]", 2],
    ["$$\\begin{aligned} a &= b \\\\[2pt] &= c \\end{aligned}$$", 1],
    ["$\\begin{align} a &= b \\end{align}$", 1],
    ["$\\text{one where $x > 0$}$ and $$\\text{$y$}$$", 2],
    ["$a$$b$ and $x\\_1$, *$y$*, **$z$**", 5],
    ["$a < b$ & $c > d$", 2],
    ["$a$ `$b$` $c$", 2],
    ["[$x$](02-a.ipynb) and $y$", 2],
    ["\\begin{equation}a \\label{eq:a}\\end{equation}", 1],
    ["$$a\r\n+ b$$", 1],
    ["$a$\n\n```\n$ echo\n```\n\n$b$", 2],
  ] as const) {
    assert.equal(formulasIn(prose(text)), count, text);
  }
});

test("formulas within a list or a quotation stay there", () => {
  assert.match(
    prose("- one\n- $$\n  a\n  + b\n  $$"),
    /^<ul>\n<li>one<\/li>\n<li><span class="katex-d/,
  );
  const quoted = prose("> $$\n> a\n> b\n> $$");
  assert.match(quoted, /^<blockquote>\n<p><span class="katex-display">/);
  assert.doesNotMatch(quoted, /mo>&gt;/);
});

test("what is code, escaped or a price is no formula, whatever stands beside it", () => {
  for (const text of [
    "costs $5 or $6",
    "- costs $5\n- costs $6",
    "\\$x\\$",
    "``a ` $x$``",
    "`a $x`\nand `$y b`",
    "```\n$x$\n```",
    "~~~sh\necho $a $b\n~~~",
    "- item\n\n  ```\n  $x$\n  ```",
    "    $x$",
    "one $\n\nother $",
  ]) {
    assert.doesNotMatch(prose(text), /katex|@@/, text);
  }
  assert.match(prose("```\n$x$ @@0@@\n```"), /<code>\$x\$ @@0@@\n/);
  assert.match(prose("    $x$\n"), /<code>\$x\$\n/);
  assert.match(prose("@@0@@ and $x$"), /^<p>@@0@@ and <span class="katex"/);
  assert.match(prose("![of $x$](a.png)"), /alt="of x"/);
  assert.match(prose('[a](b.html "of $x$")'), /title="of \$x\$"/);
  assert.match(prose("costs $5, where $x$ is"), /costs \$5, where <span/);
});

test("macros that one formula defines are known to the later ones of its notebook", () => {
  const cells = [
    cell("# $\\loss$\n\nIt is $\\loss$.", "slide"),
    cell("$\\newcommand{\\loss}{\\mathcal L}$", "skip"),
    cell("$\\loss$", "slide"),
  ] as const;
  const source = sourceWith(cells[1], cells[0], cells[2]);
  for (const html of [pageOf(source), slidesOf(source), overviewOf([source])]) {
    assert.match(html, /mathcal/);
  }
  assert.throws(() => pageOf(sourceWith(cells[2])), /07-name, cell 0: KaTeX .*loss/s);
});

test("a formula whose braces don't balance is an error with its cell, not text", () => {
  assert.throws(() => pageOf(sourceWith(cell("$\\frac{1{2}$ is", "-"))), /07-name, cell 0: KaTeX/);
  assert.throws(
    () => slidesOf(sourceWith(cell("\\begin{nosuch}1\\end{nosuch}", "-"))),
    /cell 0: KaTeX/,
  );
});

test("pictures kept in a cell are shown, ones that aren't there are named", () => {
  const withPicture: Cell = {
    ...cell("![a](attachment:my%20p.png) ![b](attachment:b.svg)", "slide"),
    attachments: {
      "my p.png": { "image/png": ["QUJD\n", "RA=="] },
      "b.svg": { "image/svg+xml": "<svg/>" },
    },
  };
  for (const html of [pageOf(sourceWith(withPicture)), slidesOf(sourceWith(withPicture))]) {
    assert.match(html, /<img src="data:image\/png;base64,QUJDRA==" alt="a">/);
    assert.match(html, /<img src="data:image\/svg\+xml,%3Csvg%2F%3E" alt="b">/);
  }
  assert.throws(
    () => pageOf(sourceWith(cell("![a](attachment:constructor)", "slide"))),
    /07-name, cell 0: "constructor" isn't attached to the cell: attached is nothing/,
  );
});

test("links to notebooks and their headings lead to pages with these headings", () => {
  assert.match(prose("[x](./02-a.ipynb)"), /href="02-a\.html"/);
  assert.match(prose("[x](././02-a.ipynb#The-end)"), /href="02-a\.html#The-end"/);
  assert.match(prose("[x]\n\n[x]: 02%20a.ipynb"), /href="02%20a\.html"/);
  const source = sourceWith(
    cell("[x](./02-a.ipynb#b)", "slide"),
    cell("## The *end*\n\n## The end", "slide"),
  );
  for (const html of [pageOf(source), slidesOf(source)]) {
    assert.match(html, /href="02-a\.html#b"/);
    assert.equal(html.split('id="The-end"').length, 2, "an id stands once");
  }
});

test("progress written over and over is shown as it ends", () => {
  const html = (text: string) =>
    htmlOfCell(cell("", "slide", [{ output_type: "stream", name: "stdout", text }]));
  const shown = (text: string) => /stdout">([\s\S]*)<\/pre>/.exec(html(text))![1];
  assert.equal(shown("1 of 3\r2 of 3\r3 of 3\n"), "3 of 3\n");
  assert.equal(shown("a\r\nb\r\n"), "a\nb\n");
  assert.equal(shown("100 %\r9 \r"), "9 0 %", "what isn't written over stays");
  assert.equal(shown("100 %\r\u001b[K9 %"), "9 %");
  assert.equal(shown("\u001b[32mlong line\u001b[0m\u001b[2K\rend"), "end");
  assert.equal(shown("ab\b\bc"), "cb");
});

test("no page and no deck of our notebooks holds a formula that isn't rendered", () => {
  const folder = join(__dirname, "..", "..", "..", "notebooks");
  const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
  let formulas = 0;
  for (const name of names) {
    const source = sourceOf(join(folder, name));
    for (const html of [pageOf(source), slidesOf(source)]) {
      const seen = html.replace(/<(annotation|pre|code|script|style)\b[\s\S]*?<\/\1>/g, "");
      assert.equal(
        /.{0,40}(?:\$|\\(?:begin|end|\(|\[)|@@).{0,40}/.exec(seen)?.[0],
        undefined,
        name,
      );
      formulas += html.split('class="katex"').length - 1;
    }
  }
  assert.ok(formulas > 500, `${formulas} formulas`);
});
