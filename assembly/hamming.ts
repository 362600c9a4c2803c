// The inner loop of nearest-neighbour search, in AssemblyScript: TypeScript's dialect for
// WebAssembly, compiled to dist/lib/distance/hamming.wasm by the build.

/** Ones of each byte, added up to four 32-bit numbers. */
function widened(ones: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(ones));
}

/** out[n] += total << shift */
function add(out: usize, total: i32, shift: i32): void {
  store<i32>(out, load<i32>(out) + (total << shift));
}

/**
 * Adds the numbers of bits in which four queries differ from each of `count` codes, times 2^shift,
 * to out [4 × count]. Codes and queries take `stride` bytes each, a multiple of 16, one after the
 * other. A code is read once for all four queries.
 */
export function accumulate(
  queries: usize,
  codes: usize,
  count: i32,
  stride: usize,
  out: usize,
  shift: i32,
): void {
  const q1 = queries + stride;
  const q2 = q1 + stride;
  const q3 = q2 + stride;
  const row = (<usize>count) << 2;
  for (let n: i32 = 0; n < count; n++) {
    let t0 = i32x4.splat(0);
    let t1 = t0;
    let t2 = t0;
    let t3 = t0;
    let i: usize = 0;
    while (i < stride) {
      // A byte counts up to 8 a step: 16 steps fit into it.
      const end = min(i + 256, stride);
      let s0 = i8x16.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      for (; i < end; i += 16) {
        const c = v128.load(codes + i);
        s0 = i8x16.add(s0, i8x16.popcnt(v128.xor(c, v128.load(queries + i))));
        s1 = i8x16.add(s1, i8x16.popcnt(v128.xor(c, v128.load(q1 + i))));
        s2 = i8x16.add(s2, i8x16.popcnt(v128.xor(c, v128.load(q2 + i))));
        s3 = i8x16.add(s3, i8x16.popcnt(v128.xor(c, v128.load(q3 + i))));
      }
      t0 = i32x4.add(t0, widened(s0));
      t1 = i32x4.add(t1, widened(s1));
      t2 = i32x4.add(t2, widened(s2));
      t3 = i32x4.add(t3, widened(s3));
    }
    // The four sums of four numbers each, by transposing.
    const a = i32x4.add(
      v128.shuffle<i32>(t0, t1, 0, 4, 1, 5),
      v128.shuffle<i32>(t0, t1, 2, 6, 3, 7),
    );
    const b = i32x4.add(
      v128.shuffle<i32>(t2, t3, 0, 4, 1, 5),
      v128.shuffle<i32>(t2, t3, 2, 6, 3, 7),
    );
    const sums = i32x4.add(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3));
    add(out, i32x4.extract_lane(sums, 0), shift);
    add(out + row, i32x4.extract_lane(sums, 1), shift);
    add(out + 2 * row, i32x4.extract_lane(sums, 2), shift);
    add(out + 3 * row, i32x4.extract_lane(sums, 3), shift);
    codes += stride;
    out += 4;
  }
}
