import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { launch, watch, withoutBrowser } from "./chromium";

const root = join(__dirname, "..", "..", "..");

describe("what npm run export makes", { skip: withoutBrowser }, () => {
  const folder = join(mkdtempSync(join(tmpdir(), "madmax-export-")), "pages");
  let browser: Browser;
  before(async () => {
    const program = join(root, "dist", "scripts", "export.js");
    const { status, stderr } = spawnSync(process.execPath, [program, "--to", folder], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    rmSync(join(folder, ".."), { recursive: true });
  });

  async function open(name: string) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const watched = watch(page);
    await page.goto(pathToFileURL(join(folder, name)).href);
    return { page, ...watched };
  }

  const notebooks = readdirSync(join(root, "notebooks")).map((name) =>
    name.replace(/\.ipynb$/, ""),
  );
  for (const name of notebooks.flatMap((stem) => [`${stem}.html`, `${stem}.slides.html`])) {
    test(`${name} asks nothing of the network and draws its figures and formulas`, async () => {
      const { page, requests, complaints } = await open(name);
      if ((await page.locator(".figure").count()) > 0) {
        await page.waitForSelector(".figures-drawn", { state: "attached", timeout: 60_000 });
      }
      const drawn = await page
        .locator(".figure .live")
        .evaluateAll((figures) =>
          figures.map((figure) => figure.querySelectorAll("svg, canvas").length),
        );
      assert.ok(
        drawn.every((parts) => parts > 0),
        `marks in each figure: ${drawn}`,
      );
      const formulas = await page.locator(".katex").count();
      assert.ok(formulas > 0);
      assert.deepEqual(
        requests.filter((url) => !/^(file|data|blob):/.test(url)),
        [],
      );
      assert.deepEqual(complaints, []);
      await page.close();
    });
  }

  test("a deck can be walked through to its end", async () => {
    const { page } = await open("00-start-here.slides.html");
    await page.waitForSelector(".reveal.ready");
    const walk = `(() => {
      let steps = 0;
      while (!Reveal.isLastSlide() && steps++ < 500) Reveal.next();
      return [steps, Reveal.getProgress()];
    })()`;
    const [steps, progress] = (await page.evaluate(walk)) as [number, number];
    assert.ok(steps > 10 && steps < 500, `${steps} steps`);
    assert.ok(progress > 0.9, `at ${progress}`);
    await page.close();
  });

  test("the index leads to pages that are there", async () => {
    const { page, complaints } = await open("index.html");
    const links = await page
      .locator("a")
      .evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.equal(links.length, 2 * notebooks.length);
    for (const link of links) assert.ok(existsSync(join(folder, link!)), link!);
    assert.deepEqual(complaints, []);
  });
});

test("a notebook that was never executed isn't exported", () => {
  const folder = mkdtempSync(join(tmpdir(), "madmax-export-"));
  const program = join(root, "dist", "scripts", "export.js");
  const { status, stderr } = spawnSync(process.execPath, [program, "99", "--to", folder], {
    encoding: "utf8",
  });
  assert.equal(status, 1);
  assert.match(stderr, /there is no notebook 99/);
  rmSync(folder, { recursive: true });
});
