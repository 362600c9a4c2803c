import { lstatSync } from "node:fs";
import { join } from "node:path";
import { isObject, LARGEST_JSON, parseJson, shown } from "../files/parseJson";
import { readWhole } from "../files/readWhole";
import { BackendRecordError } from "./BackendRecordError";

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

/** In the root of the package, where package.json lies. */
const FILE = join(__dirname, "..", "..", "..", ".cache", "backend.json");

/**
 * Reads what the set-up wrote down; undefined where the package was installed without it.
 * @throws BackendRecordError on anything but such a record
 */
export function readRecord(file = FILE): BackendRecord | undefined {
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  const refuse = (found: string, expected: string) => new BackendRecordError(file, found, expected);
  const record = parseJson(readWhole(file, refuse, LARGEST_JSON), refuse);
  if (isRecord(record)) return record;
  throw refuse(shown(record), `a backend (${BACKENDS.join(", ")}) and attempts`);
}

function isRecord(value: unknown): value is BackendRecord {
  if (!isObject(value)) return false;
  const { backend, way, attempts } = value;
  return (
    BACKENDS.some((name) => name === backend) &&
    (way === undefined || typeof way === "string") &&
    Array.isArray(attempts) &&
    attempts.every(
      (attempt) =>
        isObject(attempt) &&
        typeof attempt.name === "string" &&
        typeof attempt.outcome === "string",
    )
  );
}

/** The backend asked for by `MADMAX_BACKEND`; throws on a name that there isn't. */
export function requestedBackend(): BackendName | undefined {
  const wanted = process.env.MADMAX_BACKEND;
  if (!wanted) return undefined;
  const found = BACKENDS.find((name) => name === wanted);
  if (found !== undefined) return found;
  throw new Error(`MADMAX_BACKEND is "${wanted}": expected one of ${BACKENDS.join(", ")}.`);
}
