import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { random } from "../../lib/random";
import { attempt } from "./attempt";
import { readers, scratch } from "./readers";

before(() => useBackend());
after(() => rmSync(scratch, { recursive: true }));

test("every damaged file is read right, or refused by an error that says what is wrong", async (t) => {
  let tried = 0;
  for (const [k, reader] of (await readers()).entries()) {
    await t.test(reader.name, async () => {
      const tally = await attempt(reader, random(7).split(`reader ${k}`));
      tried += tally.tried;
      const refused = Object.entries(tally.refused).map(([name, count]) => `${count} ${name}`);
      t.diagnostic(
        `${reader.name}: ${tally.tried} tried, ${tally.right} read right, ${refused.join(", ")}`,
      );
    });
  }
  assert.ok(tried >= 10_000, `${tried} files`);
});
