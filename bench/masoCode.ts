import { MaxAffineSplineOperator, random } from "../lib";
import { race } from "./pair";

const POINTS = 1_000_000;
const UNITS = 64;

/**
 * The code of a layer of ReLUs in the plane against the bare multiplications it can't do without:
 * every piece of every unit at every point, summed up so that nothing can be left out.
 */
export function benchMasoCode(): void {
  const draws = random(1);
  const relus = Array.from({ length: UNITS }, () => [[0, 0], [...draws.normals(2)]]);
  const offsets = Array.from({ length: UNITS }, () => [0, draws.normal()]);
  const layer = new MaxAffineSplineOperator(relus, offsets);
  const points = draws.normals(2 * POINTS);
  let kept = 0;
  race({
    name: `code of ${POINTS} points, a layer of ${UNITS} ReLUs in the plane`,
    reference: {
      name: "bare multiplications",
      run: () => {
        kept += bareMultiplications(layer, points);
      },
    },
    ours: {
      name: "MaxAffineSplineOperator.code",
      run: () => {
        kept += layer.code(points)[0]!;
      },
    },
  });
  if (Number.isNaN(kept)) throw new Error("the multiplications gave no number");
}

function bareMultiplications({ A, b }: MaxAffineSplineOperator, points: Float64Array): number {
  let total = 0;
  for (let n = 0; n < points.length; n += 2) {
    const [x, y] = [points[n]!, points[n + 1]!];
    for (let row = 0; row < b.length; row++) {
      total += b[row]! + A[2 * row]! * x + A[2 * row + 1]! * y;
    }
  }
  return total;
}
