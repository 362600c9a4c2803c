import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as madmax from "../lib";
import { examplesOf, publicNames, readLibrary } from "./examples/read";
import { run } from "./examples/run";
import { surroundings } from "./examples/surroundings";

/** Exported functions, classes and constants that have no example yet. This list only shrinks. */
const WITHOUT_EXAMPLE =
  "BackendReport CheckpointError ClaimError UnknownLayerError batch centred " +
  "circles evaluateClassifier greyscale learningCurves markdown matchedFilterBars " +
  "moonsAndCircles random subset takeSnapshot twoMoons withPermutedLabels";

const library = readLibrary(join(__dirname, "..", ".."));

/** Examples that can't run everywhere, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  cifar10: "reads files that have to be fetched",
};

const scratch = mkdtempSync(join(tmpdir(), "madmax-examples-"));
const home = process.cwd();

// Examples that write, write into a scratch folder.
before(async () => {
  await madmax.useBackend();
  process.chdir(scratch);
});
after(() => {
  process.chdir(home);
  rmSync(scratch, { recursive: true, force: true });
});

test("every public function, class and constant has an example, or is on the list", () => {
  const lacking = publicNames(library)
    .filter(({ hasExample }) => !hasExample)
    .map(({ name }) => name);
  const listed = WITHOUT_EXAMPLE.split(" ");
  const unlisted = lacking.filter((name) => !listed.includes(name));
  assert.deepEqual(unlisted, [], "these need an @example in their doc comment");
  const superfluous = listed.filter((name) => !lacking.includes(name));
  assert.deepEqual(superfluous, [], "these have an example, or are no longer exported");
});

for (const { place, name, code } of examplesOf(library)) {
  const skip = NOT_RUN[name] ?? false;
  test(`the example of ${place} runs and gives what it says`, { skip }, async () => {
    await run(code, place, { ...madmax, ...(await surroundings(name)) });
  });
}

test("a wrong value, or a missing name, is noticed", async () => {
  await run("1 + 1; // 2", "here", {});
  await run("[1, 2].map((x) => x / 3); // [0.33, 0.67]", "here", {});
  await assert.rejects(run("1 + 1; // 3", "here", {}), /here: 1 \+ 1 is 2, not 3/);
  await assert.rejects(run("[0.5]; // [0.51]", "here", {}), /is \[0\.5\], not \[0\.51\]/);
  await assert.rejects(run("nobody(1);", "here", {}), /nobody is not defined/);
});
