import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { writeNotebook } from "../../scripts/notebooks/notebook";
import { playsOn } from "./animation";
import { launch, watch, withoutBrowser } from "./chromium";
import { answersSlider } from "./slider";
import { cell, notebookOf } from "./specimen";

const root = join(__dirname, "..", "..", "..");
const NOTEBOOK = "00-start-here.ipynb";
const missing = existsSync(join(root, ".venv")) ? withoutBrowser : "no .venv: run npm start";

const ANIMATION = "animation.ipynb";
/** Four partitions of random networks, one after the other. */
const ANIMATED = `
import { heWeights, partition, partitionAnimation, random, show, SplineNetwork } from "madmax";
const frames = [1, 2, 3, 4].map((seed) => {
  const net = SplineNetwork.fromWeights(heWeights([2, 8, 3], random(seed), { offsetDeviation: 1 }));
  return { label: "net " + seed, complex: partition(net, { domain: [[-2, -2], [2, 2]] }) };
});
show(partitionAnimation(frames));
console.log("all are drawn");`;

const SLIDER = "slider.ipynb";
const SLID = `
import { show, softActivationGallery, softActivations } from "madmax";
show(softActivationGallery({ swish: softActivations.swish() }));`;

/** Starts JupyterLab as `npm start` does, on a copy of the notebook; returns its address. */
async function startLab(folder: string): Promise<{ lab: ChildProcess; address: string }> {
  copyFileSync(join(root, "notebooks", NOTEBOOK), join(folder, NOTEBOOK));
  const metadata = { kernelspec: { display_name: "TypeScript (madmax)", name: "madmax" } };
  for (const [name, code] of [[ANIMATION, ANIMATED] as const, [SLIDER, SLID] as const]) {
    writeNotebook(join(folder, name), { ...notebookOf(cell(code, "-", [])), metadata });
  }
  const lab = spawn(
    process.execPath,
    [
      join(root, "scripts", "start.mjs"),
      "--no-browser",
      "--ServerApp.port=0",
      `--ServerApp.root_dir=${folder}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, MADMAX_SCALE: "ci" } },
  );
  const address = await new Promise<string>((resolve, reject) => {
    let said = "";
    lab.stderr!.on("data", (data) => {
      said += data;
      const found = /http:\/\/127\.0\.0\.1:\d+\/lab\S*\?token=\w+/.exec(said);
      if (found !== null) resolve(found[0]);
    });
    lab.on("exit", () => reject(new Error(`Lab ended: ${said}`)));
  });
  return { lab, address };
}

/** Opens a notebook alone in Lab and runs all of its cells, without a wait for their end. */
async function runAll(page: Page, address: string, notebook: string): Promise<void> {
  await page.goto(address.replace(/\/lab\S*\?/, `/lab/tree/${notebook}?reset&`));
  await page.waitForSelector(".jp-Notebook .jp-CodeCell", { timeout: 60_000 });
  // Without a kernel Lab would ask for one.
  const idle = /TypeScript \(madmax\) \| Idle/;
  await page
    .locator(".jp-StatusBar-Widget, #jp-main-statusbar")
    .filter({ hasText: idle })
    .first()
    .waitFor({ timeout: 60_000 });
  await page.click('.lm-MenuBar-itemLabel:text-is("Run")');
  await page.click('.lm-Menu-itemLabel:text-is("Run All Cells")');
}

describe("JupyterLab as npm start opens it", () => {
  const folder = mkdtempSync(join(tmpdir(), "madmax-lab-"));
  let browser: Browser;
  let lab: ChildProcess;
  let address: string;
  const madeAt = () => statSync(join(root, ".venv", ".madmax")).mtimeMs;
  let made: number;
  before(async () => {
    if (missing !== false) return;
    made = madeAt();
    ({ lab, address } = await startLab(folder));
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    if (lab?.exitCode === null) {
      lab.kill("SIGTERM");
      await new Promise((resolve) => lab.once("exit", resolve));
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test("what is set up isn't set up again", { skip: missing }, () => {
    assert.equal(madeAt(), made);
  });

  // Skipped by itself, since a suite that is skipped counts none.
  test("runs the first notebook and draws its figures, without a request to the network", {
    skip: missing,
  }, async () => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    const { requests } = watch(page);
    await runAll(page, address, NOTEBOOK);
    // The last code cell shows what it was run as: [n], not [*].
    const prompts = page.locator(".jp-CodeCell .jp-InputPrompt");
    await page.waitForFunction(
      "document.querySelector('.jp-StatusBar-Widget, body').innerText.includes('Idle') && /holds areas of/.test(document.body.innerText)",
      undefined,
      { timeout: 120_000 },
    );
    const counts = await prompts.allInnerTexts();
    assert.ok(
      counts.every((text) => !text.includes("*")),
      counts.join(" "),
    );
    await page.locator(".jp-RenderedVegaCommon5").first().scrollIntoViewIfNeeded();
    assert.ok(
      (await page.locator(".jp-RenderedVegaCommon5 svg, .jp-RenderedVegaCommon5 canvas").count()) >
        0,
    );
    await page.waitForSelector(".js-plotly-plot .main-svg", { state: "attached", timeout: 60_000 });
    if (process.env.MADMAX_SCREENSHOTS !== undefined) {
      await page.screenshot({ path: join(process.env.MADMAX_SCREENSHOTS, "lab-vega.png") });
      await page.locator(".js-plotly-plot").scrollIntoViewIfNeeded();
      await page.waitForTimeout(1500);
      await page.screenshot({ path: join(process.env.MADMAX_SCREENSHOTS, "lab-plotly.png") });
    }
    const foreign = requests.filter((url) => !/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(url));
    assert.deepEqual(foreign, []);
  });

  test("plays an animation", { skip: missing }, async () => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await runAll(page, address, ANIMATION);
    const figure = page.locator(".js-plotly-plot", { has: page.locator(".updatemenu-button") });
    await figure.waitFor({ timeout: 120_000 });
    await page.waitForFunction(
      "[...document.querySelectorAll('.js-plotly-plot')].some((plot) => plot._transitionData?._frames?.length === 4)",
    );
    await playsOn(page, figure);
    await page.close();
  });

  test("a figure with a slider answers it", { skip: missing }, async () => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await runAll(page, address, SLIDER);
    const figure = page.locator(".jp-RenderedVegaCommon5", {
      has: page.locator(".vega-bindings input[type=range]"),
    });
    await figure.waitFor({ timeout: 120_000 });
    await answersSlider(page, figure);
    await page.close();
  });
});
