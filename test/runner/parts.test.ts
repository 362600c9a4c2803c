import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { PNG } from "pngjs";
import { NotebookFileError } from "../../scripts/notebooks/checkNotebook";
import { claimsOf, writeReport } from "../../scripts/notebooks/claims";
import { compare } from "../../scripts/notebooks/compare";
import { lint, pathsIn } from "../../scripts/notebooks/lint";
import { normalise, withFlush } from "../../scripts/notebooks/normalise";
import {
  type Notebook,
  type Output,
  readNotebook,
  writeNotebook,
} from "../../scripts/notebooks/notebook";
import { chosen } from "../../scripts/notebooks/options";
import { titleOf } from "../../scripts/notebooks/title";
import { code, notebookOf } from "./notebookOf";

const claimOutput = (measured: number, passed = true): Output => ({
  output_type: "display_data",
  data: {
    "application/vnd.madmax.claim+json": {
      text: "small | enough",
      measured,
      relation: "at most",
      bound: 1,
      margin: 1 - measured,
      passed,
    },
    "text/plain": "…",
  },
  metadata: {},
});

const withOutputs = (outputs: Output[]): Notebook => notebookOf([{ ...code("1"), outputs }]);

test("a notebook in good form has no complaints", () => {
  assert.deepEqual(lint(notebookOf([code("1")])), []);
});

test("each fault of form is named with its cell", () => {
  const bad = notebookOf([
    code(Array(16).fill("1").join("\n")),
    code("x".repeat(89)),
    { ...code("1"), metadata: {} },
    code("1"),
  ]);
  bad.cells[4]!.id = bad.cells[1]!.id!;
  bad.metadata.kernelspec!.name = "tslab";
  bad.cells.pop();
  const problems = lint(bad).join("\n");
  for (const expected of [
    /its kernel is tslab, expected madmax/,
    /cell 1: 16 lines, at most 15/,
    /cell 2: 89 columns, at most 88/,
    /cell 3: slide mark undefined/,
    /cell 4: id .* is missing or used twice/,
    /no heading "Exercises"/,
  ]) {
    assert.match(problems, expected);
  }
});

test("paths of one machine in outputs are named with their cells", () => {
  const shown = (data: Record<string, unknown>): Output => ({ output_type: "display_data", data });
  const bad: Output[] = [
    { output_type: "stream", name: "stdout", text: ["read\n", "at /home/me/file"] },
    shown({ "text/html": "<b>/tmp/x1</b>" }),
    shown({ "application/vnd.vegalite.v5+json": { data: { url: "/root/data.csv" } } }),
    { output_type: "error", ename: "E", evalue: "no C:\\Users\\me", traceback: [] },
  ];
  for (const output of bad) {
    assert.match(pathsIn(withOutputs([output])).join(), /^cell 1: a path of one machine/);
  }
  const good: Output[] = [
    shown({ "image/png": "AAA/tmp/AAAA" }),
    shown({ "text/html": '<img src="data:image/png;base64,iVBOR/tmp/AAA">' }),
    shown({ "text/latex": "$A:\\mathbb R$, see https://example.org/home/page" }),
    { output_type: "stream", name: "stdout", text: "./lib/usr/x and 1/2" },
  ];
  assert.deepEqual(pathsIn(withOutputs(good)), []);
});

test("what is stored has no times, colours, paths or pieces", () => {
  const notebook = withFlush(
    withOutputs([
      { output_type: "stream", name: "stdout", text: "a" },
      { output_type: "stream", name: "stdout", text: ["b\n", "c"] },
      { output_type: "stream", name: "stderr", text: "in /project/lib" },
      {
        output_type: "error",
        ename: "E",
        evalue: "",
        traceback: ["\u001b[31mE\u001b[0m: at /project/lib"],
      },
    ]),
  );
  notebook.cells[1]!.metadata.execution = { "iopub.status.busy": "2026-01-01" };
  const own = { ...notebook, cells: notebook.cells.slice(0, -1) };
  const stored = normalise(own, notebook, "/project", "ci");
  assert.equal(stored.cells.length, notebook.cells.length - 1, "the waiting cell is gone");
  const [stdout, stderr, error] = stored.cells[1]!.outputs!;
  assert.deepEqual(stdout!.text, ["ab\n", "c"]);
  assert.deepEqual(stderr!.text, ["in ./lib"]);
  assert.deepEqual(error!.traceback, ["E: at ./lib"]);
  assert.equal(stored.cells[1]!.metadata.execution, undefined);
  assert.equal(stored.metadata.madmax?.scale, "ci");
  assert.deepEqual(normalise(stored, stored, "/project", "ci"), stored);
});

test("comparing tells what moved, and only that", () => {
  const figure = (y: number): Output => ({
    output_type: "display_data",
    data: {
      "application/vnd.vegalite.v5+json": { data: { values: [{ x: 1, y }] } },
      "image/png": `${y}`,
    },
  });
  const text = (value: string): Output => ({ output_type: "stream", name: "stdout", text: value });
  const moved = (before: Output, after: Output) =>
    compare(withOutputs([before]), withOutputs([after]));
  assert.deepEqual(moved(figure(1), figure(1.001)), []);
  assert.match(moved(figure(1), figure(1.1))[0]!, /cell 1, output 0\..*values\.0\.y: 1 → 1\.1/);
  assert.deepEqual(moved(claimOutput(1e-15), claimOutput(3e-12)), [], "rounding error is no news");
  assert.match(moved(claimOutput(0.5), claimOutput(0.6))[0]!, /measured: 0\.5 → 0\.6/);
  assert.match(moved(claimOutput(0.5), claimOutput(0.5, false))[0]!, /passed: true → false/);
  assert.deepEqual(moved(text("loss 0.5001"), text("loss 0.5002")), []);
  const losses = moved(text("one\nloss 0.5"), text("one\nloss 0.7"));
  assert.match(losses.join(), /^cell 1, output 0\.line 2\.1: 0\.5 → 0\.7$/);
  assert.match(moved(text("a"), text("b"))[0]!, /"a" → "b"/);
  assert.match(
    compare(withOutputs([]), withOutputs([text("a")]))[0]!,
    /0 outputs are stored, 1 were made/,
  );
});

test("what moved in many places is told in a few lines", () => {
  const figure = (values: number[]): Output => ({
    output_type: "display_data",
    data: { "application/vnd.plotly.v1+json": { data: [{ y: values }] } },
  });
  const values = Array.from({ length: 100 }, (_, i) => i + 1);
  const moved = compare(
    withOutputs([figure(values)]),
    withOutputs([figure(values.map((v) => 2 * v))]),
  );
  assert.equal(moved.length, 6);
  assert.equal(moved[5], "cell 1, output 0: … and in 95 more places");
});

test("pictures without numbers are compared by their pixels, those with by their numbers", () => {
  const png = (shade: number, width = 4) => {
    const image = new PNG({ width, height: 4 });
    image.data.fill(shade);
    return PNG.sync.write(image).toString("base64");
  };
  const shown = (data: Record<string, unknown>): Notebook =>
    withOutputs([{ output_type: "display_data", data }]);
  const pictures = (before: string, after: string) =>
    compare(shown({ "image/png": before }), shown({ "image/png": after }));
  assert.deepEqual(pictures(png(100), png(102)), []);
  assert.deepEqual(pictures(png(0), png(255)), ["cell 1, output 0: the picture moved by 100 %"]);
  assert.deepEqual(pictures(png(0), png(0, 5)), ["cell 1, output 0: the picture has another size"]);
  const spec = { "application/vnd.vegalite.v5+json": { mark: "bar" } };
  const [before, after] = [png(0), png(255)].map((image) => shown({ ...spec, "image/png": image }));
  assert.deepEqual(compare(before!, after!), []);
});

test("claims are collected with their cells, for machines and for readers", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "madmax-report-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const claims = claimsOf(withOutputs([claimOutput(0.5), claimOutput(2, false)]));
  assert.deepEqual(
    claims.map(({ cell, passed }) => [cell, passed]),
    [
      [1, true],
      [1, false],
    ],
  );
  writeReport(folder, "ci", [{ notebook: "a.ipynb", title: "A < B", status: "failed", claims }]);
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  assert.equal(JSON.parse(read("claims.json")).notebooks[0].claims.length, 2);
  assert.match(read("claims.md"), /1 of 2 claims hold.*\n[\s\S]*✗ \| small \\\| enough/);
  assert.match(read("claims.html"), /<h2>A &lt; B<\/h2>/);
});

test("what an author wrote is stored as it was, whatever its names", () => {
  const own = withOutputs([]);
  Object.assign(own, { other: 1 });
  Object.assign(own.metadata, { title: "A lecture", rise: { theme: "sky" }, "a/b": [null] });
  const cells = own.cells;
  cells[0] = {
    ...cells[0]!,
    id: "flush",
    source: "a\nb",
    attachments: { "p.png": { "image/png": "QUJD" } },
  };
  cells[1] = { ...cells[1]!, id: "flush-", metadata: { tags: ["a"], mine: 1 }, source: "" };
  cells.push({ cell_type: "raw", id: "raw", metadata: { format: "x" }, source: ["r"] });
  const executed = structuredClone(withFlush(own));
  assert.equal(new Set(executed.cells.map(({ id }) => id)).size, cells.length + 1);
  executed.metadata = { language_info: { name: "typescript" } };
  executed.cells[1] = { ...code("changed"), execution_count: 1, outputs: [claimOutput(1)] };
  const stored = normalise(own, executed, "/project", "ci");
  const { cells: now, metadata, ...rest } = stored;
  assert.deepEqual(rest, { nbformat: 4, nbformat_minor: 5, other: 1 });
  assert.deepEqual(metadata, {
    ...own.metadata,
    language_info: { name: "typescript" },
    madmax: { scale: "ci" },
  });
  assert.deepEqual(now[0], { ...cells[0], source: ["a\n", "b"] });
  const made = { execution_count: 1, outputs: [claimOutput(1)] };
  assert.deepEqual(now[1], { ...cells[1], source: [], ...made });
  assert.deepEqual(now.at(-1), cells.at(-1));
});

test("what is stored of streams is what a terminal ends up with", () => {
  const stream = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
  const executed = withOutputs([stream("1 of 3\r"), stream("2 of 3\r"), stream("3 of 3\r\nend\n")]);
  const stored = normalise(withOutputs([]), executed, "/project", "ci");
  assert.deepEqual(
    stored.cells[1]!.outputs!.map(({ text }) => text),
    [["3 of 3\n", "end\n"]],
  );
});

test("half a surrogate pair is stored as the character that stands for none", () => {
  const half: Output = { output_type: "execute_result", data: { "text/plain": "'\ud83d' 🐛" } };
  const stored = normalise(withOutputs([]), withOutputs([half]), "/project", "ci");
  assert.deepEqual(stored.cells[1]!.outputs![0]!.data, { "text/plain": "'\ufffd' 🐛" });
});

test("a notebook is chosen by its whole name or its number, never by a beginning", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "madmax-names-"));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.throws(() => chosen(["01"], folder), /there is no notebook 01 in .*: there are none/);
  const names = [
    "01-clusters-more",
    "01-clusters",
    "02-a-b",
    "02-c",
    "03-x",
    "04",
    "04-y",
    "zeta-1",
  ];
  for (const name of names) writeFileSync(join(folder, `${name}.ipynb`), "{}");
  for (const [want, found] of [
    ["01-clusters", "01-clusters"],
    ["01-clusters.ipynb", "01-clusters"],
    ["notebooks/01-clusters-more.ipynb", "01-clusters-more"],
    ["03", "03-x"],
    ["04", "04"],
  ] as const) {
    assert.deepEqual(chosen([want], folder), [`${found}.ipynb`], want);
  }
  assert.deepEqual(chosen(["03", "03-x"], folder), ["03-x.ipynb"]);
  assert.throws(
    () => chosen(["02"], folder),
    /02 is the number of 02-a-b\.ipynb, 02-c\.ipynb: name one in full/,
  );
  for (const want of ["02-a", "zeta", "0", "3", "01-cluster", "", "04-"]) {
    assert.throws(() => chosen([want], folder), /there is no notebook .*: there are 01-clu/, want);
  }
  rmSync(join(folder, "01-clusters.ipynb"));
  assert.throws(() => chosen(["01-clusters"], folder), /there is no notebook 01-clusters in/);
});

test("the title is the first heading that Markdown sees", () => {
  const title = (...sources: string[]) =>
    titleOf({
      ...notebookOf([]),
      cells: sources.map((source) => ({ cell_type: "markdown", metadata: {}, source })),
    });
  assert.equal(title("```sh\n# a comment\n```\n\n# The title"), "The title");
  assert.equal(title("~~~\n# a comment\n~~~", "    # code\n\nThe *title*\n==="), "The *title*");
  assert.equal(title("## below", "> # quoted", "# $\\|x\\|$ and $b$ #"), "$\\|x\\|$ and $b$");
  assert.equal(title("$$\na\n===\nb\n$$", "# Of $a_1$ #"), "Of $a_1$");
  assert.equal(title("#no heading\n\nDashed\n---"), "(untitled)");
  assert.equal(titleOf(notebookOf([code("# no prose")])), "A notebook");
});

test("comparing sees a change in any type of output", () => {
  const shown = (data: Record<string, unknown>, metadata = {}): Output => ({
    output_type: "display_data",
    data,
    metadata,
  });
  const stream = (name: string, text = "a"): Output => ({ output_type: "stream", name, text });
  const error = (traceback: string[], ename = "E"): Output => ({
    output_type: "error",
    ename,
    evalue: "e",
    traceback,
  });
  const moved = (before: Output, after: Output) =>
    compare(withOutputs([before]), withOutputs([after]));
  for (const type of ["text/markdown", "text/html", "text/latex", "image/svg+xml", "text/plain"]) {
    const first = moved(shown({ [type]: "one b" }), shown({ [type]: ["one", " c"] }));
    assert.deepEqual(first, [`cell 1, output 0.${type}.line 1.0: "one b" → "one c"`]);
    assert.deepEqual(moved(shown({ [type]: "at 1.000" }), shown({ [type]: "at 1.001" })), []);
    const both = (text: string) => shown({ [type]: text, "application/json": { a: 1 } });
    assert.equal(moved(both("b"), both("c")).length, 1, `${type} beside numbers`);
  }
  const plain = { "text/plain": "a" };
  for (const [before, after, line] of [
    [shown({ ...plain, "image/png": "" }), shown(plain), ": its image/png is gone"],
    [shown(plain), shown({ ...plain, "image/png": "" }), ": its image/png is new"],
    [stream("stdout"), stream("stderr"), '.name: "stdout" → "stderr"'],
    [shown(plain), error([]), ": display_data → error"],
    [
      shown(plain),
      { ...shown(plain), output_type: "execute_result" },
      ": display_data → execute_result",
    ],
    [error(["a"]), error(["b"]), '.traceback.line 1.0: "a" → "b"'],
    [error([], "E"), error([], "F"), '.ename: "E" → "F"'],
    [
      shown({ "image/jpeg": "QQ==" }),
      shown({ "image/jpeg": "QUI=" }),
      '.image/jpeg: "QQ==" → "QUI="',
    ],
    [shown(plain, { isolated: true }), shown(plain), ".metadata.isolated: true → nothing"],
    [stream("stdout", "a\nb"), stream("stdout"), '.line 2: ["b"] → nothing'],
    [stream("stdout", "n 1e400"), stream("stdout", "n 1e401"), '.line 1.1: "1e400" → "1e401"'],
    [
      shown({ "application/json": { margin: 1 } }),
      shown({ "application/json": { margin: 2 } }),
      ".application/json.margin: 1 → 2",
    ],
    [
      shown({ "application/json": [1] }),
      shown({ "application/json": { 0: 1 } }),
      '.application/json: [1] → {"0":1}',
    ],
  ] as const) {
    assert.deepEqual(moved(before as Output, after as Output), [`cell 1, output 0${line}`]);
    assert.deepEqual(moved(before as Output, before as Output), []);
  }
  const [long] = moved(
    stream("stdout", `${"x".repeat(999)}y`),
    stream("stdout", `${"x".repeat(999)}z`),
  );
  assert.match(long!, /^cell 1, output 0\.line 1\.0: …x+y" → …x+z"$/);
  assert.ok(long!.length < 120);
});

test("a claim of several lines and one without a limit stay in their tables", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "madmax-report-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const claims = [
    {
      cell: 1,
      text: "one\ntwo",
      measured: 1,
      relation: "at most",
      bound: "Infinity",
      passed: true,
    },
    {
      cell: 1,
      text: "a\r\n\r\n| b",
      measured: -Infinity,
      relation: "at most",
      bound: Infinity,
      margin: Infinity,
      passed: true,
    },
    {
      cell: 2,
      text: "c",
      measured: "x\ny",
      relation: "within",
      bound: ["-Infinity", 2],
      passed: true,
    },
  ];
  writeReport(folder, "ci", [{ notebook: "a.ipynb", title: "A", status: "passed", claims }]);
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const rows = read("claims.md")
    .split("\n")
    .filter((line) => line.startsWith("|"));
  assert.deepEqual(rows.slice(2), [
    "| ✓ | one two | 1 | at most ∞ |  | 1 |",
    "| ✓ | a \\| b | -∞ | at most ∞ | ∞ | 1 |",
    "| ✓ | c | x y | within [-∞,2] |  | 2 |",
  ]);
  assert.equal(read("claims.html").match(/<td>at most ∞<\/td>/g)?.length, 2);
  assert.doesNotMatch(read("claims.json"), /null/);
});

test("what is no notebook is named with its file and cell", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "madmax-format-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "a.ipynb");
  const cell = { cell_type: "code", metadata: {}, source: "", outputs: [] };
  const withCell = (change: object) => ({
    ...notebookOf([]),
    cells: [cell, { ...cell, ...change }],
  });
  for (const [content, complaint] of [
    ['{"cells": [', /a\.ipynb: found /],
    [null, /a\.ipynb: found null, expected a notebook of format 4/],
    [[], /expected a notebook of format 4/],
    [{ nbformat: 3, worksheets: [] }, /found nbformat 3, expected/],
    [{ nbformat: 4, cells: [] }, /metadata/],
    [{ ...notebookOf([]), cells: [null] }, /a\.ipynb: found cell 0 null/],
    [withCell({ cell_type: "heading" }), /found cell 1 .*"heading".*expected a cell_type/],
    [withCell({ source: 1 }), /cell 1 .*expected a source/],
    [withCell({ source: ["a", 1] }), /cell 1 .*expected a source/],
    [withCell({ metadata: null }), /cell 1 .*expected metadata/],
    [withCell({ outputs: {} }), /cell 1 .*expected outputs/],
    [withCell({ outputs: [{ output_type: "pyout" }] }), /cell 1 .*expected outputs/],
  ] as const) {
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    assert.throws(
      () => readNotebook(file),
      (error: Error) => error instanceof NotebookFileError && complaint.test(error.message),
      String(complaint),
    );
  }
  for (const minor of [0, 1, 2, 3, 4, 5]) {
    const notebook = { ...withCell({ source: ["a\n", "b"] }), nbformat_minor: minor };
    writeNotebook(file, notebook as Notebook);
    assert.deepEqual(readNotebook(file), notebook);
  }
});
