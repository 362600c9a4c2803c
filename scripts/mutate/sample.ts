import { random } from "../../lib/random";
import type { Mutant } from "./mutants";

/**
 * About `count` mutants, the same number from each folder as far as it has that many, folders in
 * turn. A larger sample of the same seed goes on where a smaller one ends.
 */
export function sample(folders: readonly Mutant[][], count: number, seed: number): Mutant[] {
  const share = Math.ceil(count / folders.length);
  const shuffled = folders.map((mutants) => random(seed).permutation(mutants.length));
  const chosen: Mutant[] = [];
  for (let rank = 0; rank < share; rank++) {
    for (const [folder, order] of shuffled.entries()) {
      if (rank < order.length) chosen.push(folders[folder]![order[rank]!]!);
    }
  }
  return chosen;
}
