import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { restoreNodeUtil } from "./nodeCompat";
import { BACKENDS, type BackendName, readRecord, requestedBackend } from "./record";

/** Which backend of TensorFlow.js runs, and why not a faster one; `String(report)` says it. */
export class BackendReport {
  constructor(
    /** The backend that runs. */
    readonly backend: BackendName,
    /** The version of TensorFlow.js. */
    readonly version: string,
    /** The version of TensorFlow under the native backend. */
    readonly tensorflow: string | undefined,
    /** One line for each faster backend that doesn't run: its name, and what it failed with. */
    readonly refusals: readonly string[],
  ) {}

  toString(): string {
    const names = {
      native: `the native backend (TensorFlow ${this.tensorflow})`,
      wasm: "the wasm backend (WebAssembly)",
      cpu: "the cpu backend (plain JavaScript, slow)",
    };
    const first = `TensorFlow.js ${this.version} runs on ${names[this.backend]}.`;
    return [first, ...this.refusals.map((line) => `  not on ${line}`)].join("\n");
  }
}

/**
 * Makes a backend of TensorFlow.js the current one and says which.
 *
 * Without `choice` it is the one named by `MADMAX_BACKEND`, else the one that the set-up found to
 * work; where the package was installed without the set-up, the fastest that loads. A backend
 * chosen by name is never replaced by another.
 *
 * @throws when a backend chosen by name (argument or `MADMAX_BACKEND`) can't run
 * @example console.log(String(await useBackend()));
 */
export async function useBackend(choice?: BackendName): Promise<BackendReport> {
  const wanted = choice ?? requestedBackend();
  const record = readRecord();
  const refusals: string[] = [];
  if (wanted === undefined && record !== undefined && record.backend !== "native") {
    const failed = record.attempts.filter(({ outcome }) => outcome !== "works");
    refusals.push(...failed.map(({ name, outcome }) => `${name}: ${outcome}`));
  }
  const first = wanted ?? record?.backend ?? "native";
  for (const backend of BACKENDS.slice(BACKENDS.indexOf(first))) {
    try {
      await start(backend);
      return new BackendReport(backend, tf.version["tfjs-core"], nativeVersion(), refusals);
    } catch (error) {
      const message = error instanceof Error ? error.message.split("\n")[0]! : String(error);
      if (wanted !== undefined) {
        throw new Error(
          `The ${backend} backend was asked for and can't run (${message}). Run npm start to set it up, or ask for another.`,
          { cause: error },
        );
      }
      refusals.push(`${backend}: ${message}`);
    }
  }
  throw new Error(`No backend of TensorFlow.js runs here:\n${refusals.join("\n")}`);
}

async function start(backend: BackendName): Promise<void> {
  if (backend === "native") {
    restoreNodeUtil();
    require("@tensorflow/tfjs-node");
  } else if (backend === "wasm") {
    const wasm = await import("@tensorflow/tfjs-backend-wasm");
    wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  }
  const name = backend === "native" ? "tensorflow" : backend;
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js refused backend "${name}"`);
  await tf.ready();
}

function nativeVersion(): string | undefined {
  if (tf.getBackend() !== "tensorflow") return undefined;
  return (tf.backend() as unknown as { binding: { TF_Version: string } }).binding.TF_Version;
}
