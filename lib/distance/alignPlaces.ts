/**
 * Places in a plane, turned, mirrored and shifted as a whole so that each comes as near as possible to
 * its place in another layout, in the least-squares sense (orthogonal Procrustes; Schönemann 1966): maps
 * of one set at several times can be followed by eye then. Distances within the layout stay.
 *
 * Both are flat, [N × 2]; returns a new array. Throws RangeError on different or odd lengths.
 *
 * @example
 * const turned = [0, 0, 0, 1]; // the segment below, by a quarter
 * alignPlaces(turned, [5, 5, 6, 5]); // [5, 5, 6, 5]
 */
export function alignPlaces(places: ArrayLike<number>, reference: ArrayLike<number>): Float64Array {
  if (places.length !== reference.length || places.length % 2 !== 0) {
    throw new RangeError(
      `${places.length} and ${reference.length} numbers, expected two for each of the same points`,
    );
  }
  const [p, q] = [centreOf(places), centreOf(reference)];
  // Σ ⟨r, R s⟩ over points is cos θ · dot + sin θ · cross for a turn by θ; likewise once s is mirrored.
  const plain = { dot: 0, cross: 0, mirror: 1 };
  const mirrored = { dot: 0, cross: 0, mirror: -1 };
  for (let i = 0; i < places.length; i += 2) {
    const [x, y] = [places[i]! - p[0], places[i + 1]! - p[1]];
    const [u, v] = [reference[i]! - q[0], reference[i + 1]! - q[1]];
    for (const sums of [plain, mirrored]) {
      sums.dot += u * x + v * y * sums.mirror;
      sums.cross += v * x - u * y * sums.mirror;
    }
  }
  const fit = ({ dot, cross }: typeof plain) => Math.hypot(dot, cross);
  const { dot, cross, mirror } = fit(mirrored) > fit(plain) ? mirrored : plain;
  const angle = Math.atan2(cross, dot);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return Float64Array.from({ length: places.length }, (_, i) => {
    const at = i - (i % 2);
    const [x, y] = [places[at]! - p[0], (places[at + 1]! - p[1]) * mirror];
    return i % 2 === 0 ? q[0] + cos * x - sin * y : q[1] + sin * x + cos * y;
  });
}

function centreOf(places: ArrayLike<number>): [number, number] {
  const sum: [number, number] = [0, 0];
  for (let i = 0; i < places.length; i++) sum[i % 2]! += places[i]!;
  const count = Math.max(1, places.length / 2);
  return [sum[0] / count, sum[1] / count];
}
