import { realpathSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { isObject, LARGEST_JSON, parseJson, shown } from "../../files/parseJson";
import { LARGEST_READ, plainSize, readWhole } from "../../files/readWhole";
import { ModelFileError } from "./ModelFileError";

/** One weight of a manifest, checked. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: keyof typeof BYTES;
  readonly quantization?: { readonly dtype: keyof typeof BYTES; scale?: number; min?: number };
}

/** A group of weights, and the files whose bytes one after the other hold them. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

/** Bytes a number. */
const BYTES = { float32: 4, float16: 2, int32: 4, uint16: 2, uint8: 1, bool: 1 } as const;
const QUANTISED = ["float16", "uint16", "uint8"];
const AGAIN = "fetch or save the model anew";

/** Reads a file of a model. */
export function readModelFile(file: string, largest = LARGEST_READ): Buffer {
  return readWhole(file, missing(file), largest);
}

/** The size of a file of a model. */
export const modelFileSize = (file: string): number => plainSize(file, missing(file));

const missing = (file: string) => (found: string, expected: string) =>
  new ModelFileError(file, "missing file", found, expected, AGAIN);

/** Reads a JSON object of a model. */
export function readModelJson(file: string): Record<string, unknown> {
  const value = parseJson(
    readModelFile(file, LARGEST_JSON),
    (found, expected) => new ModelFileError(file, "invalid JSON", found, expected, AGAIN),
  );
  if (!isObject(value)) throw structure(file, shown(value), "an object");
  return value;
}

/** Checks a weights manifest, before any file it names is touched. */
export function checkManifest(file: string, manifest: unknown): WeightGroup[] {
  if (!Array.isArray(manifest)) {
    throw structure(file, `weightsManifest ${shown(manifest)}`, "a list of groups of weights");
  }
  return manifest.map((group: unknown, g) => {
    const { paths, weights } = isObject(group) ? group : {};
    if (!Array.isArray(paths) || !Array.isArray(weights)) {
      const found = `weightsManifest[${g}] ${shown(group)}`;
      throw structure(file, found, "an object with lists paths and weights");
    }
    for (const path of paths) checkPath(file, path);
    return { paths: paths as string[], weights: weights.map((spec) => checkSpec(file, spec)) };
  });
}

/** A path of a manifest stays in the model's folder. */
function checkPath(file: string, path: unknown): void {
  const inside =
    typeof path === "string" &&
    path !== "" &&
    !path.includes("\0") &&
    !/^[a-z][a-z0-9+.-]*:/i.test(path) && // a drive or the scheme of an address
    !isAbsolute(path) &&
    !path.split(/[\\/]/).some((part) => part === ".." || part === "") &&
    !path.includes("\\");
  if (inside) return;
  throw new ModelFileError(
    file,
    "path outside the folder",
    `the path ${JSON.stringify(path)}`,
    "a relative path without ..",
    "don't load this model unless you know where it is from; put its files into one folder",
  );
}

function checkSpec(file: string, spec: unknown): WeightSpec {
  const { name, shape, dtype, quantization } = isObject(spec) ? spec : {};
  const fits =
    typeof name === "string" &&
    Array.isArray(shape) &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    (dtype === "float32" || dtype === "int32") &&
    (quantization === undefined || isQuantisation(quantization, dtype));
  if (fits) return spec as WeightSpec;
  throw structure(
    file,
    `the weight ${shown(spec)}`,
    "name, shape (sizes) and dtype (float32 or int32, quantised or not)",
  );
}

function isQuantisation(value: unknown, target: "float32" | "int32"): boolean {
  if (!isObject(value)) return false;
  const { dtype, scale, min } = value;
  return (
    QUANTISED.includes(dtype as string) &&
    ((dtype === "float16" && target === "float32") ||
      (typeof scale === "number" && typeof min === "number"))
  );
}

/** The bytes of a group; throws unless there are as many as its weights take. */
export function readGroup(folder: string, { paths, weights }: WeightGroup): Buffer {
  const home = realpathSync(folder);
  const files = paths.map((path) => join(folder, path));
  // Lengths first: a manifest that names a file a million times doesn't have it read once.
  const length = files.reduce((sum, file) => sum + modelFileSize(file), 0);
  const expected = weights.reduce((sum, spec) => sum + byteLength(spec), 0);
  if (length !== expected) {
    throw new ModelFileError(
      shownPaths(folder, paths),
      "wrong length",
      `${length} bytes`,
      `${expected} for ${weights.length} weights`,
      `the file is ${length < expected ? "truncated" : "too long"} or of another model, ${AGAIN}`,
    );
  }
  return Buffer.concat(
    files.map((file) => {
      // A link in the folder mustn't lead out of it either.
      const way = relative(home, realpathSync(file));
      if (way.startsWith("..") || isAbsolute(way)) checkPath(file, way);
      return readModelFile(file);
    }),
  );
}

/** The files of a group, for messages. */
export function shownPaths(folder: string, paths: readonly string[]): string {
  const first = join(folder, paths.slice(0, 3).join(", "));
  return paths.length > 3 ? `${first} and ${paths.length - 3} more` : first;
}

function byteLength({ shape, dtype, quantization }: WeightSpec): number {
  return shape.reduce((product, n) => product * n, BYTES[quantization?.dtype ?? dtype]);
}

export function structure(file: string, found: string, expected: string): ModelFileError {
  return new ModelFileError(file, "invalid structure", found, expected, AGAIN);
}
