import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";

/** Moves the first slider of a Vega-Lite figure from end to end: another drawing must come of it. */
export async function answersSlider(page: Page, figure: Locator): Promise<void> {
  const slider = figure.locator(".vega-bindings input[type=range]").first();
  const drawing = figure.locator("svg, canvas").first();
  const drawn = () =>
    drawing.evaluate((element) =>
      "toDataURL" in element
        ? (element as unknown as { toDataURL(): string }).toDataURL()
        : element.innerHTML,
    );
  await slider.waitFor({ state: "visible" }); // what isn't shown yet takes no focus
  await slider.focus();
  await page.keyboard.press("Home");
  await page.waitForTimeout(300);
  const before = await drawn();
  await page.keyboard.press("End");
  const start = Date.now();
  while ((await drawn()) === before) {
    assert.ok(Date.now() - start < 20_000, "the drawing stays as it is");
    await page.waitForTimeout(100);
  }
}
