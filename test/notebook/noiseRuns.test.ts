import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { NOISE_STUDY, noiseJobs } from "../../lib/learning";
import { noiseRuns } from "../../lib/notebook";
import { finishedNoiseRuns, keepNoiseRuns, sameJob } from "../../lib/notebook/noiseRuns";

const scratch = mkdtempSync(join(tmpdir(), "madmax-study-"));
after(() => rmSync(scratch, { recursive: true }));

test("the study that is kept has every run, whole", () => {
  const runs = noiseRuns();
  assert.equal(runs.length, noiseJobs().length);
  for (const job of noiseJobs()) {
    const found = runs.filter((run) => sameJob(run, job));
    assert.equal(found.length, 1, JSON.stringify(job));
    const { training, test: losses, accuracy } = found[0]!;
    const { epochs } = NOISE_STUDY.tasks[job.task];
    assert.deepEqual([training.length, losses.length, accuracy.length], [epochs, epochs, epochs]);
    assert.ok([...training, ...losses].every((loss) => loss > 0 && Number.isFinite(loss)));
    assert.ok(accuracy.every((share) => share >= 0 && share <= 1));
    assert.ok(Math.max(...accuracy) > 0.3, "better than chance");
  }
});

test("kept and read again; runs of a study that was described otherwise count as none", () => {
  const file = join(scratch, "study.json");
  assert.deepEqual(finishedNoiseRuns(file), []);
  const [first, second] = noiseRuns();
  keepNoiseRuns([second!, first!], file);
  assert.deepEqual(finishedNoiseRuns(file), [first, second]);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/"units":\d+/, '"units":7'));
  assert.deepEqual(finishedNoiseRuns(file), []);
});
