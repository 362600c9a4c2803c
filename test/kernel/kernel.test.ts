import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { errors, jupyterPython, KernelUnderTest, text } from "./kernelUnderTest";

const missing = jupyterPython() === undefined ? "no .venv: run npm start" : false;

test("a kernel without a connection file says what it expected", () => {
  const main = join(__dirname, "../../lib/kernel/main.js");
  for (const argv of [[], ["no-such-file.json"]]) {
    const { status, stderr } = spawnSync(process.execPath, [main, ...argv], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /found (no argument|no-such-file\.json), expected .* connection file/);
  }
});

describe("the kernel", { skip: missing }, () => {
  let kernel: KernelUnderTest;
  before(async () => {
    kernel = await KernelUnderTest.start();
  });
  after(() => kernel.stop());
  // The stock kernel drops what comes within 200 ms of an error: let each test be judged alone.
  beforeEach(async () => {
    if (process.env.MADMAX_TEST_KERNEL === "stock") await sleep(400);
  });

  test("counts executions", async () => {
    const [first, second] = await kernel.run("1 + 1", "let y = 2");
    const counts = [first!, second!].map(({ messages, reply }) => {
      const input = messages.find(({ type }) => type === "execute_input");
      assert.equal(input?.content.execution_count, reply.execution_count);
      return reply.execution_count;
    });
    assert.equal(counts[1], counts[0] + 1);
    assert.equal(text(first!), "2\n");
  });

  test("tells an error's name, message and place", async () => {
    const [cell] = await kernel.run('function f() {\n  throw new RangeError("too far");\n}\nf();');
    const [error] = errors(cell!);
    assert.equal(error?.ename, "RangeError");
    assert.equal(error?.evalue, "too far");
    assert.match(error!.traceback.join("\n"), /RangeError.*: too far\n\s+at f \(cell:\d+:\d+\)/);
    assert.doesNotMatch(error!.traceback.join("\n"), /tslab|node:internal/);
    assert.equal(cell!.reply.status, "error");
    assert.equal(cell!.reply.ename, "RangeError");
  });

  test("calls an error by its class, and shows the frames of the cell alone", async () => {
    const [cell] = await kernel.run('class FitError extends Error {}\nthrow new FitError("bad");');
    const [error] = errors(cell!);
    assert.equal(error?.ename, "FitError");
    assert.equal(error!.traceback.length, 2, error!.traceback.join("\n"));
    assert.match(error!.traceback[1]!, /^\s+at cell:/);
  });

  test("replies whatever is thrown", async () => {
    const thrown = {
      '"text"': "text",
      "{ status: 404 }": "{ status: 404 }",
      "Object.create(null)": "[Object: null prototype] {}",
      'Object.assign(new Error("odd"), { stack: [] })': "odd",
      'new Proxy({}, { get() { throw new Error("hidden"); } })': "a value that can't be shown",
    };
    for (const [expression, evalue] of Object.entries(thrown)) {
      const [cell] = await kernel.run(`throw ${expression};`);
      assert.equal(cell!.reply?.evalue, evalue, expression);
    }
  });

  test("tells a compile error with its line", async () => {
    const [cell] = await kernel.run("const n: number = 1;\nn.toUpperCase();");
    const [error] = errors(cell!);
    assert.equal(error?.ename, "TypeScriptError");
    assert.match(
      error!.traceback.join("\n"),
      /line 2, column 3: Property 'toUpperCase'.*\n {4}n\.to/,
    );
  });

  test("tells a compile error in a file with that file's name", async () => {
    const [cell] = await kernel.run("/** @module lengths */\nexport const n: string = 1;");
    const { traceback } = errors(cell!)[0]!;
    assert.match(traceback.join("\n"), /lengths.ts, line 2, column 14: Type 'number'/);
  });

  test("awaits at the top level", async () => {
    const cells = await kernel.run("const awaited = await Promise.resolve(5);", "awaited + 1");
    assert.equal(text(cells[1]!), "6\n");
  });

  test("loops by for await at the top level, in a block and beside functions", async () => {
    const several = "async function* several() { yield 1; yield 2; }";
    const cells = await kernel.run(
      `${several}\nfor await (const n of several()) console.log(n);`,
      "if (true) { for await (const n of several()) console.log(n + 1); }",
      "const later = async () => { for await (const n of several()) console.log(n); }; later.length",
    );
    assert.deepEqual(
      cells.map((cell) => text(cell)),
      ["1\n2\n", "2\n3\n", "0\n"],
    );
  });

  test("takes a name of an earlier cell as a shorthand property", async () => {
    const cells = await kernel.run(
      "const shorthand = 7; let fallback: number;",
      "({ fallback = 8 } = {} as { fallback?: number }); console.log({ shorthand });",
      "console.log(fallback);\nconst object = { shorthand, wrong: fallback.x };",
    );
    assert.equal(text(cells[1]!), "{ shorthand: 7 }\n");
    const [error] = errors(cells[2]!);
    assert.match(error!.traceback.join("\n"), /line 2, column 45: Property 'x'/);
  });

  test("an error allowed to a cell doesn't swallow the cells after it", async () => {
    const fail = { code: 'throw new Error("on purpose")', stop_on_error: false };
    const cells = await kernel.run(fail, 'console.log("still here")', 'console.log("and here")');
    assert.deepEqual(
      cells.map(({ reply }) => reply.status),
      ["error", "ok", "ok"],
    );
    assert.equal(text(cells[2]!), "and here\n");
  });

  test("an error stops the cells that wait, and no cell that comes later", async () => {
    const waiting = 'console.log("must not run")';
    const busy = 'for (const end = Date.now() + 300; Date.now() < end; ); throw new Error("stop")';
    const cells = await kernel.run(busy, waiting, waiting);
    assert.deepEqual(
      cells.map(({ reply }) => reply.status),
      ["error", "aborted", "aborted"],
    );
    assert.equal(text(cells[1]!) + text(cells[2]!), "");
    const [later] = await kernel.run('console.log("later")');
    assert.equal(text(later!), "later\n");
  });

  test("a rejected promise that nobody awaited fails its cell", async () => {
    const [cell] = await kernel.run('Promise.reject(new TypeError("lost"));\nlet after = 1;');
    assert.equal(cell!.reply.status, "error");
    assert.equal(errors(cell!)[0]?.ename, "TypeError");
    assert.match(errors(cell!)[0]!.traceback.join("\n"), /nobody had awaited it/);
    const [next] = await kernel.run("1");
    assert.equal(next!.reply.status, "ok", "it is told once");
  });

  test("a cell that fails in several ways shows each once and leaves none behind", async () => {
    const rejections = 'Promise.reject(new Error("one")); Promise.reject(new Error("two")); 0;';
    const fail = { code: `${rejections} throw new Error("three");`, stop_on_error: false };
    const [cell, next] = await kernel.run(fail, 'console.log("next")');
    const messages = errors(cell!).map(({ evalue }) => evalue);
    assert.deepEqual(messages.sort(), ["one", "three", "two"]);
    assert.equal(cell!.reply.evalue, "three");
    assert.equal(text(next!), "next\n");
  });

  test("an exception in a timer fails the cell in flight", async () => {
    const [cell] = await kernel.run(
      'setTimeout(() => { throw new Error("tick"); }, 5);\nawait new Promise((r) => setTimeout(r, 60));',
    );
    assert.equal(cell!.reply.status, "error");
    assert.equal(errors(cell!)[0]?.evalue, "tick");
  });

  test("an exception in a timer fails the next cell, if none is in flight", async () => {
    const [started] = await kernel.run('setTimeout(() => { throw new Error("late"); }, 50); 0');
    assert.equal(started!.reply.status, "ok");
    await sleep(200);
    const [next, third] = [
      (await kernel.run('console.log("not run")'))[0]!,
      (await kernel.run('console.log("run")'))[0]!,
    ];
    assert.equal(next.reply.evalue, "late");
    assert.match(next.reply.traceback.join("\n"), /this cell, which was not run/);
    assert.equal(text(next), "");
    assert.equal(text(third), "run\n");
  });

  test("works in the project's root and imports the library by name", async () => {
    const [cell] = await kernel.run(
      'import { SplineNetwork } from "madmax";\nimport { existsSync } from "fs";\n' +
        'console.log(existsSync("lib/spline"), typeof SplineNetwork.fromWeights);',
    );
    assert.deepEqual(errors(cell!), []);
    assert.equal(text(cell!), "true function\n");
  });

  test("completes names, also those of earlier cells", async () => {
    await kernel.run("const wavelength = 550;");
    const { matches } = await kernel.ask({ complete: "wavel" });
    assert.ok(matches.includes("wavelength"), String(matches));
  });

  test("shows the documentation of what is under the cursor", async () => {
    const code = 'import { SplineNetwork } from "madmax";\nSplineNetwork.fromWeights';
    const { found, data } = await kernel.ask({ inspect: code, at: code.length - 2 });
    assert.ok(found);
    assert.match(data["text/plain"], /fromWeights\(layers: /);
  });

  test("is interrupted in a loop that never yields", async () => {
    const [cell] = await kernel.run({ code: "for (;;);", interrupt: 1 });
    assert.equal(cell!.reply.status, "error");
    assert.equal(errors(cell!)[0]?.ename, "Interrupted");
    const [next] = await kernel.run('console.log("alive")');
    assert.equal(text(next!), "alive\n");
  });

  test("is interrupted in a wait that never ends", async () => {
    const [cell] = await kernel.run({ code: "await new Promise(() => {});", interrupt: 0.5 });
    assert.equal(errors(cell!)[0]?.ename, "Interrupted");
  });

  test("loses nothing of what a fast loop prints, in few messages", async () => {
    const [cell] = await kernel.run("for (let i = 0; i < 20000; i++) console.log(i);");
    assert.equal(text(cell!).split("\n").length, 20001);
    assert.ok(cell!.messages.length < 200, `${cell!.messages.length} messages`);
  });

  test("shows one thing in several forms and updates it in place, in order with text", async () => {
    const [cell] = await kernel.run(
      'const show = require("tslab/dist/jupyter").lastWriteDisplayData;\n' +
        'const bundle = (text: string) => ({ data: { "text/plain": text, "text/html": "<b></b>" }, metadata: {}, transient: { display_id: "a" } });\n' +
        'console.log("before");\nshow(bundle("one"), false);\nconsole.log("between");\nshow(bundle("two"), true);',
    );
    const kinds = cell!.messages.map(({ type }) => type);
    assert.deepEqual(kinds, [
      "execute_input",
      "stream",
      "display_data",
      "stream",
      "update_display_data",
    ]);
    const update = cell!.messages.at(-1)!.content;
    assert.equal(update.transient.display_id, "a");
    assert.equal(update.data["text/plain"], "two");
  });

  test("shows whatever a loop shows that never gives way, however late the front end looks", async () => {
    // More than the buffers between the two hold: a thousand messages each, and megabytes of TCP.
    const code = `const shown = require("tslab/dist/jupyter").lastWriteDisplayData;
      for (let i = 0; i < 5000; i++) {
        const data = { "text/plain": String(i), "text/html": "x".repeat(4000) };
        shown({ data, metadata: {}, transient: {} }, false);
      }`;
    const [cell] = await kernel.run({ code, late: 2 });
    assert.equal(errors(cell!).length, 0);
    const texts = cell!.messages
      .filter(({ type }) => type === "display_data")
      .map(({ content }) => content.data["text/plain"]);
    assert.deepEqual(
      texts,
      Array.from({ length: 5000 }, (_, i) => String(i)),
    );
  });

  test("says that it has no comms, in the right message", async () => {
    assert.equal(await kernel.ask({ comm_info: true }), "comm_info_reply");
  });

  test("restarts with an empty memory", async () => {
    await kernel.run("const remembered = 1;");
    await kernel.ask({ restart: true });
    const [cell] = await kernel.run("remembered");
    assert.equal(errors(cell!)[0]?.ename, "TypeScriptError");
  });

  test("ends when it is shut down, timers or not", async () => {
    await kernel.run("setInterval(() => {}, 1000); 0");
    assert.deepEqual(await kernel.ask({ shutdown: true }), { alive: false });
  });
});
