// Seven digits are more than any screen shows; the rest would only make notebooks large, and
// differ between machines.
const DIGITS = 7;

/**
 * A copy of a figure that JSON can hold: typed arrays become arrays, dates their moment as text
 * (ISO 8601), big integers numbers, and numbers are rounded to seven significant digits. What says
 * by `toJSON` how it is written is written so.
 *
 * @throws RangeError if a number isn't finite (JSON would silently make it null) or a date is no
 * date; TypeError on what JSON has no form of, and if the figure holds itself; each names the place
 */
export function plainJson(value: unknown): unknown {
  return plain(value, "figure", new Map());
}

/** `above` holds the objects that `value` lies in, each with its place. */
function plain(value: unknown, path: string, above: Map<object, string>): unknown {
  switch (typeof value) {
    case "number":
      return rounded(value, path);
    case "bigint":
      return rounded(Number(value), path);
    case "function":
    case "symbol":
      throw new TypeError(
        `${path} is a ${typeof value}: a figure takes numbers, texts, booleans, dates, arrays and plain objects`,
      );
    case "object":
      return value === null ? null : ofObject(value, path, above);
    default:
      return value;
  }
}

function ofObject(value: object, path: string, above: Map<object, string>): unknown {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new RangeError(`${path} is a date that is none`);
    return value.toISOString();
  }
  const circle = above.get(value);
  if (circle !== undefined) {
    throw new TypeError(`${path} is ${circle} again: a figure can't hold itself`);
  }
  above.set(value, path);
  const copy = ofParts(value, path, above);
  above.delete(value);
  return copy;
}

function ofParts(value: object, path: string, above: Map<object, string>): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as ArrayLike<number | bigint>, (entry, i) =>
      plain(entry, `${path}[${i}]`, above),
    );
  }
  if (Array.isArray(value)) {
    // Not map, which leaves out what an array has no entry for; JSON writes undefined there as null.
    return Array.from(value, (entry, i) => plain(entry, `${path}[${i}]`, above) ?? null);
  }
  // Before toJSON is asked for: Vega-Lite gives regular expressions one when it is loaded.
  if (HOLDERS.some((holder) => value instanceof holder)) {
    throw new TypeError(
      `${path} is a ${value.constructor.name}, of which JSON would keep nothing: make it an array or a plain object`,
    );
  }
  if (typeof toJSON === "function") return plain(toJSON.call(value), path, above);
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return plain(value.valueOf(), path, above);
  }
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, plain(entry, `${path}.${key}`, above)]),
  );
}

const HOLDERS = [Map, Set, WeakMap, WeakSet, Promise, RegExp, ArrayBuffer, DataView];

function rounded(value: number, path: string): number {
  if (!Number.isFinite(value)) {
    throw new RangeError(`${path} is ${value}: a figure takes finite numbers, or null for a gap`);
  }
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}
