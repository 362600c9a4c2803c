import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The backends of TensorFlow.js that run in Node, fastest first. */
export const BACKENDS = ["native", "wasm", "cpu"] as const;

/** One of {@link BACKENDS}: compiled TensorFlow, WebAssembly, plain JavaScript. */
export type BackendName = (typeof BACKENDS)[number];

/** What the set-up found out about the backends of this machine. */
export interface BackendRecord {
  backend: BackendName;
  /** For the native backend, how it came here: `download` or `wheel`. */
  way?: string;
  /** Everything that was tried, in order, and how it ended. */
  attempts: { name: string; outcome: string }[];
}

/** The root of the package: where package.json lies. */
const ROOT = join(__dirname, "..", "..", "..");

/** Reads what the set-up wrote down; undefined where the package was installed without it. */
export function readRecord(): BackendRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(ROOT, ".cache", "backend.json"), "utf8")) as BackendRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The backend asked for by `MADMAX_BACKEND`; throws on a name that there isn't. */
export function requestedBackend(): BackendName | undefined {
  const wanted = process.env.MADMAX_BACKEND;
  if (!wanted) return undefined;
  const found = BACKENDS.find((name) => name === wanted);
  if (found !== undefined) return found;
  throw new Error(`MADMAX_BACKEND is "${wanted}": expected one of ${BACKENDS.join(", ")}.`);
}
