/** A dyadic rational m · 2^e; every float64 is one, and sums and products of them are exact. */
export interface Dyadic {
  readonly m: bigint;
  readonly e: number;
}

const bits = new DataView(new ArrayBuffer(8));

/** The exact value of a finite float64. */
export function dyadic(x: number): Dyadic {
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const exponent = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const m = exponent === 0 ? fraction : fraction | (1n << 52n);
  return { m: x < 0 ? -m : m, e: Math.max(1, exponent) - 1075 };
}

export const ZERO: Dyadic = { m: 0n, e: 0 };

export function add(a: Dyadic, b: Dyadic): Dyadic {
  if (a.m === 0n) return b;
  if (b.m === 0n) return a;
  if (a.e >= b.e) return { m: (a.m << BigInt(a.e - b.e)) + b.m, e: b.e };
  return { m: a.m + (b.m << BigInt(b.e - a.e)), e: a.e };
}

export function times(a: Dyadic, b: Dyadic): Dyadic {
  return a.m === 0n || b.m === 0n ? ZERO : { m: a.m * b.m, e: a.e + b.e };
}

export const negative = (a: Dyadic): Dyadic => ({ m: -a.m, e: a.e });

export const signOf = (a: Dyadic): -1 | 0 | 1 => (a.m > 0n ? 1 : a.m < 0n ? -1 : 0);

/** a / b to float64's precision, b ≠ 0. */
export function quotient(a: Dyadic, b: Dyadic): number {
  const length = (m: bigint) => 4 * (m < 0n ? -m : m).toString(16).length;
  const shift = Math.max(0, 80 + length(b.m) - length(a.m)); // 76 bits or more are left
  let q = (a.m << BigInt(shift)) / b.m;
  let e = a.e - b.e - shift;
  const surplus = Math.max(0, length(q) - 128); // a Number of a longer one might overflow
  q >>= BigInt(surplus);
  e += surplus;
  return Number(q) * 2 ** e;
}
