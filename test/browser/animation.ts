import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";

/** Presses the button that plays an animation of Plotly, and waits until its slider has moved on. */
export async function playsOn(page: Page, figure: Locator): Promise<void> {
  const shown = figure.locator(".slider-label").first();
  const path = figure.locator(".scatterlayer path.js-line").last();
  const before = { label: await shown.textContent(), path: await path.getAttribute("d") };
  await figure.locator(".updatemenu-button").first().click();
  const start = Date.now();
  const moved = async () =>
    (await shown.textContent()) !== before.label && (await path.getAttribute("d")) !== before.path;
  while (!(await moved())) {
    assert.ok(Date.now() - start < 20_000, `still at "${before.label}" after 20 s`);
    await page.waitForTimeout(100);
  }
}
