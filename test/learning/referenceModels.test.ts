import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { useBackend } from "../../lib/backend";
import { hasCifar10 } from "../../lib/data";
import {
  evaluateClassifier,
  type ReferenceName,
  recipeOf,
  referenceData,
  referenceNames,
  type StoredModelCard,
} from "../../lib/learning";
import { referenceModel } from "../../lib/notebook";

const root = join(__dirname, "..", "..", "..");
const models = join(root, "data", "models");
const scratch = mkdtempSync(join(tmpdir(), "madmax-reference-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
before(() => useBackend());

// The official files needn't be there; a folder beside the project may have some.
if (!hasCifar10()) process.env.MADMAX_CIFAR10 ??= join(root, "..", "shared", "data", "cifar10");
const readable = (name: ReferenceName) => recipeOf(name).data.startsWith("MNIST") || hasCifar10();

for (const name of referenceNames) {
  const skip = readable(name) ? false : "there are no images of CIFAR-10";
  test(`${name}: what is kept is what the recipe makes, and as good as its card says`, {
    skip,
  }, async () => {
    const { model, card } = await referenceModel(name);
    const recipe = recipeOf(name);
    assert.deepEqual(
      [card.description, card.recipe.seed, card.recipe.epochs, card.recipe["batch size"]],
      [recipe.description, recipe.seed, recipe.epochs, recipe.batchSize],
    );
    assert.equal(card.parameters, model.countParams());
    const count = 500;
    const { accuracy } = evaluateClassifier(model, referenceData(name, { split: "test", count }));
    const expected = card.figures["test accuracy"]!;
    // Four standard deviations of a share of 500.
    const allowed = 4 * Math.sqrt((expected * (1 - expected)) / count);
    assert.ok(Math.abs(accuracy - expected) <= allowed, `${accuracy}, the card says ${expected}`);
    model.dispose();
  });
}

test("the kept networks are small, and the data page tells their figures", () => {
  const page = readFileSync(join(root, "data", "README.md"), "utf8");
  let bytes = 0;
  assert.deepEqual(readdirSync(models).sort(), [...referenceNames].sort());
  for (const name of referenceNames) {
    const folder = join(models, name);
    for (const file of readdirSync(folder)) bytes += statSync(join(folder, file)).size;
    const card = JSON.parse(readFileSync(join(folder, "card.json"), "utf8")) as StoredModelCard;
    const accuracy = `${(100 * card.figures["test accuracy"]!).toFixed(1)} %`;
    const row = `| \`${name}\` | ${card.description} | ${card.parameters} | ${accuracy} |`;
    assert.ok(page.includes(row), `data/README.md lacks ${row}`);
  }
  assert.ok(bytes < 4e6, `${bytes} bytes`);
});

test("a name that isn't there is refused with those that are", async () => {
  const wrong = "mnist-transformer" as ReferenceName;
  await assert.rejects(
    referenceModel(wrong),
    /no reference network "mnist-tr.*mnist-mlp, mnist-cnn/,
  );
});

/** npm run train of one network, small; resolves with what it said when it ends or `until` is said. */
function train(folder: string, until?: RegExp): Promise<{ said: string; code: number | null }> {
  const program = join(root, "dist", "scripts", "train.js");
  const child: ChildProcess = spawn(process.execPath, [program, "mnist-mlp", "--to", folder], {
    env: { ...process.env, MADMAX_SCALE: "ci", TF_CPP_MIN_LOG_LEVEL: "2" },
    stdio: "pipe",
  });
  let said = "";
  const listen = (data: Buffer) => {
    said += data;
    if (until?.test(said)) child.kill("SIGKILL");
  };
  child.stdout!.on("data", listen);
  child.stderr!.on("data", listen);
  return new Promise((resolve) => child.once("close", (code) => resolve({ said, code })));
}

test("npm run train: killed and started again, goes on from the checkpoint to the same bits", async () => {
  const [whole, torn] = [join(scratch, "whole"), join(scratch, "torn")];
  const { said, code } = await train(whole);
  assert.equal(code, 0, said);
  const killed = await train(torn, /epoch 2,/);
  assert.equal(killed.code, null);
  assert.deepEqual(readdirSync(torn), ["mnist-mlp.training"], "nothing is stored before the end");
  const again = await train(torn);
  assert.equal(again.code, 0, again.said);
  assert.match(again.said, /goes on from its checkpoint after step \d+/);
  assert.deepEqual(readdirSync(torn), ["mnist-mlp"], "checkpoints are gone at the end");
  for (const file of ["weights.bin", "card.json", "model.json"]) {
    const [a, b] = [whole, torn].map((place) => readFileSync(join(place, "mnist-mlp", file)));
    assert.ok(a!.equals(b!), file);
  }
});
