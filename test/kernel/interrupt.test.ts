import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { errors, jupyterPython, KernelUnderTest, text } from "./kernelUnderTest";

const SETUP = `import * as tf from "@tensorflow/tfjs";
import { BatchedNetwork, moonsAndCircles, random, SplineNetwork, templateStatistics,
  trainClassifier, useBackend } from "madmax";
await useBackend();
const data = moonsAndCircles({ count: 1e5, noise: 0.03, random: random(1) });
const model = tf.sequential({ layers: [
  tf.layers.dense({ inputShape: [2], units: 64, activation: "relu" }),
  tf.layers.dense({ units: 64, activation: "relu" }),
  tf.layers.dense({ units: 4 }),
] });
const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(model));
const x = tf.tensor(data.inputs, [data.size, 2]);
const done = { steps: 0 };
const options = { epochs: 1e6, batchSize: 50, random: random(2) };
const onStep = () => { done.steps++; };`;

/** Work of a minute and more, each in a cell that is interrupted. */
const CELLS: Record<string, string> = {
  "a training": "await trainClassifier(model, data, { ...options, optimizer: 1e-3, onStep });",
  "maps in chunks":
    "for await (const { b } of twin.affineMapsInChunks(x, { size: 1 })) done.steps += b.rank;",
  "template statistics":
    "await templateStatistics(twin, data, { batchSize: 1, onProgress: onStep });",
  "gradients in a loop that never yields": `const total = (z: tf.Tensor) => (model.apply(z) as tf.Tensor).sum();
for (;;) { onStep(); tf.tidy(() => tf.grad(total)(x).dataSync()); }`,
};

const COUNT = 'console.log(tf.memory().numTensors + " " + done.steps)';

describe("an interrupted cell", { skip: jupyterPython() === undefined && "no Jupyter" }, () => {
  let kernel: KernelUnderTest;
  before(async () => {
    kernel = await KernelUnderTest.start();
    const [setup] = await kernel.run(SETUP);
    assert.equal(setup!.reply.status, "ok", JSON.stringify(errors(setup!)));
  });
  after(() => kernel.stop());

  for (const [what, code] of Object.entries(CELLS)) {
    test(`${what}: ends, and leaves no tensor behind`, async () => {
      const count = async (): Promise<number[]> => {
        const [cell] = await kernel.run(COUNT);
        return text(cell!).trim().split(" ").map(Number);
      };
      const [tensors, before] = await count();
      let [left, stopped] = [tensors, before];
      // The second time only where the machine was too busy to begin.
      for (const delay of [1.5, 10]) {
        if (stopped! > before!) break;
        const [cell] = await kernel.run({ code, interrupt: delay });
        assert.equal(errors(cell!)[0]?.ename, "Interrupted");
        await kernel.run("await new Promise((go) => setTimeout(go, 100));");
        [left, stopped] = await count();
      }
      assert.ok(stopped! > before!, "it had not begun");
      assert.equal(left, tensors);
      await kernel.run("await new Promise((go) => setTimeout(go, 300));");
      assert.deepEqual(await count(), [left, stopped], "it goes on behind the next cell");
    });
  }
});
