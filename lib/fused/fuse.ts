import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import type { Formula } from "./Elementwise";
import { Program } from "./Program";
import { outputName, savedModel, TAG } from "./savedModel";

/**
 * Below this many numbers a formula is carried out operation by operation: a compilation takes a fifth
 * of a second for each new shape, as long as hundreds of passes over so few.
 */
const LEAST_SIZE = 1 << 16;

/**
 * A formula that reads its inputs and writes its outputs once, instead of once an operation: on the
 * native backend XLA, which is part of TensorFlow, compiles it for every shape that comes.
 *
 * Elsewhere, for small tensors, and where TensorFlow was built without XLA (said once on stderr), it
 * runs operation by operation. Inputs are float32 and broadcast to the first. It isn't seen by a
 * gradient that is being recorded.
 */
export function fuse(formula: Formula): (...inputs: tf.Tensor[]) => tf.Tensor[] {
  const programs = new Map<number, CompiledProgram>();
  return (...inputs) => {
    if (!worthCompiling(inputs[0]!)) return tf.tidy(() => formula(...inputs));
    try {
      let program = programs.get(inputs.length);
      if (program === undefined) {
        program = compiled(new Program(formula, inputs.length));
        programs.set(inputs.length, program);
      }
      return program(inputs);
    } catch (error) {
      refuse(error);
      return tf.tidy(() => formula(...inputs));
    }
  };
}

type CompiledProgram = (inputs: tf.Tensor[]) => tf.Tensor[];

/** What TensorFlow.js' native backend calls the loading and running of saved models. */
interface NativeBackend {
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(
    session: number,
    inputs: tf.Tensor[],
    names: { name: string }[],
    outputs: string[],
  ): tf.Tensor[];
}

let refused = false;
/** Sessions of TensorFlow by the model they run: equal formulas share one. */
const sessions = new Map<string, number>();

const worthCompiling = (input: tf.Tensor): boolean =>
  tf.getBackend() === "tensorflow" && !refused && input.size >= LEAST_SIZE;

function compiled(program: Program): CompiledProgram {
  const backend = tf.backend() as unknown as NativeBackend;
  const model = savedModel(program);
  const key = Buffer.from(model).toString("base64");
  const session = sessions.get(key) ?? open(backend, model);
  sessions.set(key, session);
  const names = program.inputs.map((name) => ({ name: `${name}:0` }));
  const outputs = program.outputs.map((_, k) => `${outputName(k)}:0`);
  return (inputs) => backend.runSavedModel(session, inputs, names, outputs);
}

/** A session takes its graph from a folder, and reads it before it returns. */
function open(backend: NativeBackend, model: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), "madmax-fused-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), model);
    return backend.loadSavedModelMetaGraph(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function refuse(error: unknown): void {
  refused = true;
  const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
  console.warn(
    `TensorFlow can't compile (${reason}): soft units run operation by operation, several times slower.`,
  );
}
