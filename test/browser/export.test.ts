import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { joined, readNotebook, writeNotebook } from "../../scripts/notebooks/notebook";
import { playsOn } from "./animation";
import { launch, watch, withoutBrowser } from "./chromium";
import { answersSlider } from "./slider";
import { cell, notebookOf, specimen } from "./specimen";

const root = join(__dirname, "..", "..", "..");

function exportPages(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = join(root, "dist", "scripts", "export.js");
  return spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
}

/** How many figures a notebook shows, how many with a slider or frames, and how many formulas it says at least. */
function contentsOf(
  file: string,
): Record<"figures" | "sliders" | "animations" | "formulas", number> {
  const { cells } = readNotebook(file);
  const outputs = cells.flatMap((cell) => cell.outputs ?? []);
  const live = ["application/vnd.vegalite.v5+json", "application/vnd.plotly.v1+json"];
  const prose = cells.filter((cell) => cell.cell_type === "markdown").map((c) => joined(c.source));
  return {
    figures: outputs.filter(({ data = {} }) => live.some((type) => type in data)).length,
    sliders: outputs.filter(({ data = {} }) =>
      /"input":\s*"range"/.test(JSON.stringify(data[live[0]!] ?? "")),
    ).length,
    animations: outputs.filter(({ data = {} }) =>
      /"frames":\s*\[\{/.test(JSON.stringify(data[live[1]!] ?? "")),
    ).length,
    formulas: prose.filter((text) => /\$[^$\s]/.test(text)).length,
  };
}

/** The areas of all elements that a selector finds. */
async function sizes(page: Page, selector: string): Promise<number[]> {
  return page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      const { width, height } = element.getBoundingClientRect();
      return width * height;
    }),
  );
}

/** Turns a deck to the slide of a figure, with all of its fragments. */
async function turnTo(figure: Locator): Promise<void> {
  await figure.evaluate((element) => {
    const { Reveal } = globalThis as unknown as {
      Reveal: {
        slide(h: number, v: number, f: number): void;
        getIndices(s: unknown): { h: number; v: number };
      };
    };
    const { h, v } = Reveal.getIndices(element.closest("section"));
    Reveal.slide(h, v, 99);
  });
}

/** A test in a browser; each is skipped by itself, since a suite that is skipped counts none. */
const seen = (name: string, look: () => Promise<void>) =>
  test(name, { skip: withoutBrowser }, look);

describe("what npm run export makes", () => {
  const scratch = mkdtempSync(join(tmpdir(), "madmax-export-"));
  const [notebooks, folder] = [join(scratch, "notebooks"), join(scratch, "pages")];
  mkdirSync(notebooks);
  for (const name of readdirSync(join(root, "notebooks"))) {
    if (!name.endsWith(".ipynb")) continue;
    copyFileSync(join(root, "notebooks", name), join(notebooks, name));
  }
  writeNotebook(join(notebooks, "99-specimen.ipynb"), specimen);

  let browser: Browser | undefined;
  before(async () => {
    const { status, stdout, stderr } = exportPages("--from", notebooks, "--to", folder);
    assert.equal(status, 0, stderr);
    const files = readdirSync(folder).length;
    assert.equal(files, 2 * stems.length + 1);
    assert.match(
      stdout.trim().split("\n").at(-1)!,
      new RegExp(`^${files} files, [\\d.]+ MB: open`),
    );
    if (withoutBrowser === false) browser = await launch();
  });
  after(async () => {
    await browser?.close();
    rmSync(scratch, { recursive: true });
  });

  /** Opens an exported file in a browser that has no network. */
  async function open(name: string, options: BrowserContextOptions = {}) {
    const page = await browser!.newPage({ viewport: { width: 1280, height: 800 }, ...options });
    await page.context().setOffline(true);
    const watched = watch(page);
    const address = pathToFileURL(join(folder, name)).href;
    await page.goto(address);
    const foreign = () =>
      watched.requests.filter((url) => url !== address && !/^(data|blob):/.test(url));
    return { page, complaints: watched.complaints, foreign };
  }

  const stems = readdirSync(notebooks).map((name) => basename(name, ".ipynb"));
  for (const stem of stems) {
    const { figures, formulas } = contentsOf(join(notebooks, `${stem}.ipynb`));
    for (const name of [`${stem}.html`, `${stem}.slides.html`]) {
      seen(`${name} asks nothing of the network and draws its figures and formulas`, async () => {
        const { page, complaints, foreign } = await open(name);
        if (figures > 0) {
          await page.waitForSelector(".figures-drawn", { state: "attached", timeout: 60_000 });
        }
        const drawn = await sizes(page, ".figure .live svg, .figure .live canvas");
        assert.equal(await page.locator(".figure.drawn").count(), figures);
        assert.ok(drawn.length >= figures, `${drawn.length} drawings of ${figures} figures`);
        const typeset = await sizes(page, ".katex-html");
        assert.ok(typeset.length >= formulas, `${typeset.length} of ${formulas} formulas`);
        if (name === `${stem}.html`) {
          // Slides that aren't on the screen have no size.
          assert.ok(!typeset.includes(0), "each formula takes room");
          const fonts = await page.evaluate(
            "document.fonts.ready.then(() => [...document.fonts]" +
              ".filter((f) => f.status === 'loaded' && /KaTeX/.test(f.family)).length)",
          );
          assert.ok(formulas === 0 || (fonts as number) > 0, "fonts of formulas came along");
          const live = await sizes(page, ".figure.drawn .live");
          assert.ok(!live.includes(0), "each figure takes room");
        }
        assert.deepEqual(foreign(), []);
        assert.deepEqual(complaints, []);
        await page.close();
      });
    }
  }

  for (const stem of stems) {
    if (contentsOf(join(notebooks, `${stem}.ipynb`)).animations === 0) continue;
    for (const name of [`${stem}.html`, `${stem}.slides.html`]) {
      seen(`${name}: every animation plays`, async () => {
        const { page, complaints } = await open(name);
        await page.waitForSelector(".figures-drawn", { state: "attached", timeout: 60_000 });
        const figures = page.locator('.figure[data-kind="plotly"]', {
          has: page.locator(".updatemenu-button"),
        });
        assert.ok((await figures.count()) > 0);
        for (const figure of await figures.all()) {
          if (name.endsWith(".slides.html")) await turnTo(figure);
          await playsOn(page, figure);
        }
        assert.deepEqual(complaints, []);
        await page.close();
      });
    }
  }

  for (const stem of stems) {
    const { sliders } = contentsOf(join(notebooks, `${stem}.ipynb`));
    if (sliders === 0) continue;
    for (const name of [`${stem}.html`, `${stem}.slides.html`]) {
      seen(`${name}: every figure with a slider answers it`, async () => {
        const { page } = await open(name);
        await page.waitForSelector(".figures-drawn", { state: "attached", timeout: 60_000 });
        const figures = page.locator('.figure[data-kind="vega"] .live', {
          has: page.locator(".vega-bindings input[type=range]"),
        });
        assert.equal(await figures.count(), sliders);
        for (const figure of await figures.all()) {
          if (name.endsWith(".slides.html")) await turnTo(figure);
          await answersSlider(page, figure);
        }
        await page.close();
      });
    }
  }

  seen("on paper and without scripts each figure is a picture", async () => {
    const { page } = await open("99-specimen.html");
    await page.waitForSelector(".figures-drawn", { state: "attached", timeout: 60_000 });
    assert.deepEqual(new Set(await sizes(page, ".figure .still")), new Set([0]));
    await page.emulateMedia({ media: "print" });
    assert.ok(!(await sizes(page, ".figure .still")).includes(0));
    assert.deepEqual(new Set(await sizes(page, ".figure .live")), new Set([0]));
    await page.close();

    const still = await open("99-specimen.html", { javaScriptEnabled: false });
    const pictures = await still.page.locator(".figure .still").all();
    assert.ok(pictures.length > 0);
    for (const picture of pictures) assert.ok((await picture.boundingBox())!.height > 0);
    await still.page.close();
  });

  for (const stem of stems) {
    seen(`the deck ${stem} can be walked through to its end`, async () => {
      const { page, complaints } = await open(`${stem}.slides.html`);
      await page.waitForSelector(".reveal.ready");
      const walk = `(() => {
        let steps = 1;
        while (!Reveal.isLastSlide() && steps++ < 500) Reveal.next();
        return [steps, Reveal.getTotalSlides(), Reveal.getProgress()];
      })()`;
      const [steps, slides, progress] = (await page.evaluate(walk)) as number[];
      assert.ok(steps! >= slides! && slides! > 5 && steps! < 500, `${steps} steps`);
      assert.ok(progress! > 0.9, `at ${progress}`);
      await page.keyboard.press("Home");
      await page.waitForFunction("Reveal.getIndices().h === 0");
      assert.deepEqual(complaints, []);
      await page.close();
    });
  }

  seen("a slide that is a little too full shrinks, one that is much too full scrolls", async () => {
    const { page } = await open("99-specimen.slides.html");
    await page.waitForSelector(".figures-drawn", { state: "attached", timeout: 60_000 });
    const slide = async (h: number) => {
      await page.evaluate(`Reveal.slide(${h})`);
      return page.evaluate(`(() => {
        const slide = Reveal.getCurrentSlide();
        const sheet = slide.querySelector(".sheet");
        const height = sheet.getBoundingClientRect().height / Reveal.getScale();
        return { height, shrunk: height / sheet.offsetHeight, overflow: getComputedStyle(slide).overflowY };
      })()`) as Promise<{ height: number; shrunk: number; overflow: string }>;
    };
    const fitted = await slide(2);
    assert.ok(fitted.shrunk < 0.95 && fitted.shrunk > 0.75, `shrunk by ${fitted.shrunk}`);
    assert.ok(fitted.height < 801, `${fitted.height} high`);
    const scrolling = await slide(3);
    assert.ok(Math.abs(scrolling.shrunk - 1) < 1e-3 && scrolling.height > 1600);
    assert.equal(scrolling.overflow, "auto");
    await page.close();
  });

  seen("the index leads to pages that are there", async () => {
    const { page, complaints, foreign } = await open("index.html");
    const links = await page
      .locator("a")
      .evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.equal(links.length, 2 * stems.length);
    assert.ok(!(await sizes(page, ".card img, .card svg")).includes(0));
    for (const link of links) assert.ok(existsSync(join(folder, link!)), link!);
    assert.deepEqual(foreign(), []);
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

test("what can't be exported is named, and what was exported before stays", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "madmax-export-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeNotebook(join(folder, "01-empty.ipynb"), notebookOf(cell("1", "slide", [])));
  const to = join(folder, "pages");
  mkdirSync(to);
  writeFileSync(join(to, "index.html"), "before");
  for (const [args, complaint] of [
    [
      [],
      /01-empty\.ipynb: found no outputs, expected some: run npm run notebooks -- 01-empty first/,
    ],
    [["99"], /there is no notebook 99/],
    [["--from", to], /there are no notebooks \(\*\.ipynb\) in/],
    [["--from", join(folder, "nowhere")], /there is no folder .*nowhere/],
    [["--to", folder], /holds 01-empty\.ipynb, so it is no earlier export/],
  ] as const) {
    const { status, stderr } = exportPages("--from", folder, "--to", to, ...args);
    assert.equal(status, 1);
    assert.match(stderr, complaint);
    assert.equal(readFileSync(join(to, "index.html"), "utf8"), "before");
  }
  assert.deepEqual(readdirSync(folder), ["01-empty.ipynb", "pages"]);
});
