import assert from "node:assert/strict";
import { test } from "node:test";
import { noiseJobs, trainNoiseJob } from "../../lib/learning";

test("a job of the noise study runs for an epoch or more", async () => {
  const [job] = noiseJobs();
  for (const epochs of [0, -1, Number.NaN, 2.5]) {
    await assert.rejects(trainNoiseJob(job!, { epochs }), /RangeError: epochs/);
  }
});
