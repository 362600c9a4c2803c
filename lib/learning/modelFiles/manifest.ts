import { readFileSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
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
export function readModelFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === "ENOENT" ? "nothing" : `what can't be read (${code})`;
    throw new ModelFileError(file, "missing file", found, "a file", AGAIN);
  }
}

/** Reads a JSON object of a model. */
export function readModelJson(file: string): Record<string, unknown> {
  const text = readModelFile(file).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ModelFileError(
      file,
      "invalid JSON",
      (error as Error).message,
      "an object as JSON",
      AGAIN,
    );
  }
  if (!isObject(value)) throw structure(file, describe(value), "an object");
  return value;
}

/** Checks a weights manifest, before any file it names is touched. */
export function checkManifest(file: string, manifest: unknown): WeightGroup[] {
  if (!Array.isArray(manifest)) {
    throw structure(file, `weightsManifest ${describe(manifest)}`, "a list of groups of weights");
  }
  return manifest.map((group: unknown, g) => {
    const { paths, weights } = isObject(group) ? group : {};
    if (!Array.isArray(paths) || !Array.isArray(weights)) {
      const found = `weightsManifest[${g}] ${describe(group)}`;
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
  const known = (type: unknown) => typeof type === "string" && Object.hasOwn(BYTES, type);
  const fits =
    typeof name === "string" &&
    Array.isArray(shape) &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    known(dtype) &&
    dtype !== "float16" &&
    (quantization === undefined || isQuantisation(quantization));
  if (fits) return spec as WeightSpec;
  throw structure(
    file,
    `the weight ${describe(spec)}`,
    "name, shape (sizes) and dtype (float32 or int32, quantised or not)",
  );
}

function isQuantisation(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { dtype, scale, min } = value;
  return (
    QUANTISED.includes(dtype as string) &&
    (dtype === "float16" || (typeof scale === "number" && typeof min === "number"))
  );
}

/** The bytes of a group; throws unless there are as many as its weights take. */
export function readGroup(folder: string, { paths, weights }: WeightGroup): Buffer {
  const home = realpathSync(folder);
  const bytes = Buffer.concat(
    paths.map((path) => {
      const file = join(folder, path);
      const content = readModelFile(file);
      // A link in the folder mustn't lead out of it either.
      const way = relative(home, realpathSync(file));
      if (way.startsWith("..") || isAbsolute(way)) checkPath(file, way);
      return content;
    }),
  );
  const expected = weights.reduce((sum, spec) => sum + byteLength(spec), 0);
  if (bytes.length === expected) return bytes;
  throw new ModelFileError(
    join(folder, paths.join(", ")),
    "wrong length",
    `${bytes.length} bytes`,
    `${expected} for ${weights.length} weights`,
    `the file is ${bytes.length < expected ? "truncated" : "too long"} or of another model, ${AGAIN}`,
  );
}

function byteLength({ shape, dtype, quantization }: WeightSpec): number {
  return shape.reduce((product, n) => product * n, BYTES[quantization?.dtype ?? dtype]);
}

export function structure(file: string, found: string, expected: string): ModelFileError {
  return new ModelFileError(file, "invalid structure", found, expected, AGAIN);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value for a message, cut short. */
function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 80)} …` : text;
}
