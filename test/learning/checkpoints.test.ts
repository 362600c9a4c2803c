import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { CheckpointError, type TrainOptions, trainClassifier } from "../../lib/learning";
import { random } from "../../lib/random";
import { numbersOf, smallNet, toyData } from "./smallNet";

const scratch = mkdtempSync(join(tmpdir(), "madmax-checkpoints-"));
before(() => useBackend());
after(() => rmSync(scratch, { recursive: true }));

const { training, validation } = toyData();
const checkpointsOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".checkpoint"))
    .sort();

function train(folder: string | undefined, options: Partial<TrainOptions> = {}) {
  const model = smallNet();
  const curve = trainClassifier(model, training, {
    epochs: 6,
    batchSize: 32,
    optimizer: 0.01,
    random: random(5),
    ...(folder !== undefined && { checkpoint: { folder: join(scratch, folder) } }),
    ...options,
  });
  return curve.then((done) => ({ model, curve: done }));
}

/** Runs the training of killed.ts; kills it outright after `killAfter` steps. */
function child(folder: string, optimizer: string, killAfter = Number.POSITIVE_INFINITY) {
  const program = join(__dirname, "killed.js");
  const process_ = spawn(process.execPath, [program, folder, optimizer], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise<{ output: string; signal: string | null }>((resolve) => {
    let output = "";
    process_.stdout.on("data", (data) => {
      output += data;
      if (output.split("\nstep ").length > killAfter) process_.kill("SIGKILL");
    });
    process_.on("close", (_, signal) => resolve({ output, signal }));
  });
}

const endOf = (output: string) => /^end (.*)$/m.exec(output)?.[1];

for (const [name, optimizer, kills] of [
  ["Adam", '{"name":"adam","learningRate":0.01}', [33, 61]],
  ["momentum", '{"name":"momentum","learningRate":0.05,"momentum":0.9}', [47]],
] as const) {
  test(`${name}: killed ${kills.length} times and started again, it ends as if it had not been`, async () => {
    const whole = endOf((await child(join(scratch, `${name} whole`), optimizer)).output);
    assert.ok(whole !== undefined);

    const folder = join(scratch, `${name} killed`);
    let done = 0;
    for (const kill of kills) {
      const { output, signal } = await child(folder, optimizer, kill - done);
      assert.equal(signal, "SIGKILL");
      assert.equal(endOf(output), undefined);
      done = Number(/step-(\d+)/.exec(checkpointsOf(folder).at(-1)!)![1]);
    }
    const { output } = await child(folder, optimizer);
    const resumed = Number(/^resumed (\d+) \[\]$/m.exec(output)?.[1]);
    assert.equal(resumed, done);
    assert.ok(resumed >= kills.at(-1)! - 10 && resumed < 12 * 13, `went on from ${resumed}`);
    assert.equal(endOf(output), whole); // weights, curve and snapshots, to the bit
  });
}

test("aborted in the middle of an epoch, it goes on from the very step", async () => {
  const whole = await train(undefined, { validation, snapshots: [0, 1, 6] });
  const abort = new AbortController();
  const options = { validation, snapshots: [0, 1, 6] };
  const half = await train("aborted", {
    ...options,
    signal: abort.signal,
    onStep: ({ step }) => step === 17 && abort.abort(),
  });
  assert.equal(half.curve.ending, "aborted");
  assert.equal(half.curve.steps.length, 17);
  const rest = await train("aborted", options);
  assert.equal(rest.curve.resumedFrom, 17);
  assert.deepEqual(numbersOf(rest.model), numbersOf(whole.model));
  const { resumedFrom: _, ...curve } = rest.curve;
  assert.deepEqual(curve, whole.curve);
});

test("a finished training is read back; more epochs go on from it, fewer are refused", async () => {
  const first = await train("finished", { epochs: 3 });
  const again = await train("finished", { epochs: 3, onStep: () => assert.fail("a step") });
  assert.deepEqual(numbersOf(again.model), numbersOf(first.model));
  const more = await train("finished");
  assert.equal(more.curve.resumedFrom, 21);
  assert.deepEqual(numbersOf(more.model), numbersOf((await train(undefined)).model));
  await assert.rejects(train("finished", { epochs: 2 }), /42 steps are done already, 14 are asked/);
  await assert.rejects(
    train("finished", { epochs: 8, snapshots: [2, 8] }),
    /epochs 2 are done, and no snapshots of them were kept/,
  );
});

test("early stop goes on as well: the best weights are in the checkpoint", async () => {
  const options = { validation, earlyStop: { patience: 2 }, optimizer: 0.3, epochs: 40 };
  const whole = await train(undefined, options);
  assert.equal(whole.curve.ending, "early stop");
  const abort = new AbortController();
  const stopAt = whole.curve.steps.length - 3;
  await train("early", {
    ...options,
    signal: abort.signal,
    onStep: ({ step }) => step === stopAt && abort.abort(),
  });
  for (const _ of [1, 2]) {
    const rest = await train("early", options);
    assert.equal(rest.curve.ending, "early stop");
    assert.equal(rest.curve.bestEpoch, whole.curve.bestEpoch);
    assert.deepEqual(numbersOf(rest.model), numbersOf(whole.model));
  }
});

test("another recipe in the same folder is refused, and told apart", async () => {
  await train("recipe", { epochs: 1 });
  const differing: [string, Partial<TrainOptions>][] = [
    ["optimiser: there Adam .*0.01.*; here Adam .*0.02", { optimizer: 0.02 }],
    ["batch size: there 32; here 16", { batchSize: 16 }],
    ["seed: there 5; here 6", { random: random(6) }],
    ["loss: there cross-entropy; here squared error", { loss: "squared error" }],
    ["penalties: there none; here decay", { penalties: { decay: (m) => m.weights[0]!.read() } }],
    ["validation: there none; here moons and circles, 200 signals", { validation }],
    ["early stop: there none; here patience 2", { validation, earlyStop: { patience: 2 } }],
  ];
  for (const [message, options] of differing) {
    await assert.rejects(train("recipe", options), (error: Error) => {
      assert.ok(error instanceof CheckpointError);
      assert.match(error.message, /of another recipe; take another folder or empty this one/);
      assert.match(error.message, new RegExp(message));
      return true;
    });
  }
  const options = { epochs: 1, batchSize: 32, optimizer: 0.01, random: random(5) };
  const checkpoint = { folder: join(scratch, "recipe") };
  for (const model of [smallNet(1, 13), smallNet(2)]) {
    await assert.rejects(
      trainClassifier(model, training, { ...options, checkpoint }),
      /model: there \d+ parameters .*; here \d+ parameters/,
    );
  }
  const relabelled = { ...training, labels: training.labels.map((label) => 3 - label) };
  await assert.rejects(
    trainClassifier(smallNet(), relabelled, { ...options, checkpoint }),
    /data: there .*content [0-9a-f]{16}; here/,
  );
});

/** Flips one bit, cuts the end off, adds a byte, empties. */
const DAMAGES: Record<string, (bytes: Buffer) => Buffer> = {
  flipped: (bytes) => {
    bytes[bytes.length >> 1]! ^= 4;
    return bytes;
  },
  truncated: (bytes) => bytes.subarray(0, bytes.length - 100),
  longer: (bytes) => Buffer.concat([bytes, Buffer.from([0])]),
  empty: () => Buffer.alloc(0),
};

for (const [damage, apply] of Object.entries(DAMAGES)) {
  test(`a checkpoint that is ${damage}: the one before is taken, and that is said`, async () => {
    const whole = await train(undefined);
    await train(damage, { epochs: 4 });
    const folder = join(scratch, damage);
    assert.deepEqual(checkpointsOf(folder), [
      "step-000000021.checkpoint",
      "step-000000028.checkpoint",
    ]);
    const newest = join(folder, "step-000000028.checkpoint");
    writeFileSync(newest, apply(readFileSync(newest)));
    const said: string[] = [];
    const { model, curve } = await train(damage, {
      onResume: (_, notes) => said.push(...notes),
    });
    assert.equal(curve.resumedFrom, 21);
    assert.deepEqual(curve.notes, said);
    assert.match(said.join(), /28\.checkpoint: .*; went back to the one before$/);
    assert.deepEqual(numbersOf(model), numbersOf(whole.model));
    assert.ok(readdirSync(folder).includes("step-000000028.checkpoint.damaged"));
  });
}

test("where no checkpoint is whole, training doesn't silently start anew", async () => {
  await train("all damaged", { epochs: 2 });
  const folder = join(scratch, "all damaged");
  for (const name of checkpointsOf(folder)) writeFileSync(join(folder, name), "madmax-1");
  await assert.rejects(train("all damaged"), /no checkpoint is whole; empty the folder/);
});

test("what a kill left of an unfinished file is swept up", async () => {
  await train("swept", { epochs: 1 });
  const folder = join(scratch, "swept");
  writeFileSync(join(folder, "step-000000014.checkpoint.tmp"), "half");
  await train("swept", { epochs: 2 });
  assert.deepEqual(readdirSync(folder).sort(), [
    "step-000000007.checkpoint",
    "step-000000014.checkpoint",
  ]);
});
