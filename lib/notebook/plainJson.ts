// Seven digits are more than any screen shows; the rest would only make notebooks large, and
// differ between machines.
const DIGITS = 7;

/**
 * A copy of a figure that JSON can hold: typed arrays become arrays, numbers are rounded to seven
 * significant digits.
 *
 * @throws if a number isn't finite (JSON would silently make it null), naming its place
 */
export function plainJson(value: unknown, path = "figure"): unknown {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) {
      throw new RangeError(`${path} is ${value}: a figure takes finite numbers, or null for a gap`);
    }
    return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
  }
  if (ArrayBuffer.isView(value)) {
    return plainJson(Array.from(value as unknown as ArrayLike<number>), path);
  }
  if (Array.isArray(value)) return value.map((entry, i) => plainJson(entry, `${path}[${i}]`));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return Object.fromEntries(
      entries.map(([key, entry]) => [key, plainJson(entry, `${path}.${key}`)]),
    );
  }
  return value;
}
