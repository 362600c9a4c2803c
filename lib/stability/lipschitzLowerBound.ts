import type { SplineNetwork } from "../network";
import type { Random } from "../random";
import { readBox } from "./lipschitzOnBox";
import { spectralNorm } from "./spectralNorm";

/** How a steep place is searched for. */
export interface AscentOptions {
  readonly random: Random;
  /** Points drawn from the box; 200 if left out. */
  readonly samples?: number;
  /** Steps of the ascent from each of the best five; 100 if left out, 0 for sampling alone. */
  readonly steps?: number;
}

/** A lower bound of the Lipschitz constant, with its witness. */
export interface SteepPlace {
  /** ‖A[x]‖₂ at `at`. */
  readonly lower: number;
  readonly at: Float64Array;
  /** What the samples alone gave. */
  readonly sampled: number;
}

/**
 * A lower bound of the Lipschitz constant on a box: the largest ‖A[x]‖₂ of random points, then of
 * points around the best ones, near ones when far ones are no better.
 *
 * For any network; each point costs an affine map. Points on kinks are drawn anew: there A[x] may be
 * the map of no cell in the box.
 *
 * @throws RangeError on a box of another size, or fewer samples than one
 *
 * @example
 * const { lower, sampled } = lipschitzLowerBound(net, [[-1, -1], [1, 1]], { random: random(1) });
 * lower >= sampled; // true
 */
export function lipschitzLowerBound(
  net: SplineNetwork,
  box: readonly [ArrayLike<number>, ArrayLike<number>],
  { random, samples = 200, steps = 100 }: AscentOptions,
): SteepPlace {
  if (!(Number.isInteger(samples) && samples >= 1)) {
    throw new RangeError(`samples is ${samples}, expected a whole number of 1 or more`);
  }
  const { low, high } = readBox(box, net.inputSize);
  const steepness = (draw: () => Float64Array) => {
    const at = offKinks(net, draw);
    const { A } = net.affineMap(at);
    return { at, norm: spectralNorm(A, net.outputSize, net.inputSize).lower };
  };
  const found = Array.from({ length: samples }, () =>
    steepness(() => low.map((v, i) => random.uniform(v, high[i]!))),
  ).sort((a, b) => b.norm - a.norm);
  const sampled = found[0]!;
  let best = sampled;
  for (let place of found.slice(0, 5)) {
    let reach = 0.25; // of the box
    for (let step = 0; step < steps; step++) {
      const next = steepness(() =>
        place.at.map((v, i) => {
          const moved = v + random.normal() * reach * (high[i]! - low[i]!);
          // Not onto the box's faces, where kinks may lie and cells from outside begin.
          if (moved > high[i]!) return random.uniform(v, high[i]!);
          return moved < low[i]! ? random.uniform(low[i]!, v) : moved;
        }),
      );
      if (next.norm > place.norm) place = next;
      else reach = Math.max(1e-4, reach * 0.93);
    }
    if (place.norm > best.norm) best = place;
  }
  return { lower: best.norm, at: best.at, sampled: sampled.norm };
}

/** More draws than chance needs: a tie that stays is none between different functions. */
const DRAWS = 10;

/** A point drawn at which no units tie, unless they do everywhere. */
function offKinks(net: SplineNetwork, draw: () => Float64Array): Float64Array {
  let at = draw();
  for (let n = 1; n < DRAWS && net.tieMargin(at) === 0; n++) at = draw();
  return at;
}
