/** Two ways to the same result, the first of them the reference. */
export interface Pair {
  readonly name: string;
  readonly reference: { readonly name: string; readonly run: () => void };
  readonly ours: { readonly name: string; readonly run: () => void };
}

/**
 * Times both ways in turn, so that what else the machine does falls on both alike, and prints the
 * medians and their ratio.
 */
export function race({ name, reference, ours }: Pair, rounds = 7): void {
  const times: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round++) {
    [reference, ours].forEach(({ run }, k) => {
      const start = performance.now();
      run();
      if (round >= 0) times[k]!.push(performance.now() - start); // the first round warms up
    });
  }
  const [slow, fast] = times.map(medianOf) as [number, number];
  console.log(name);
  console.log(`  ${reference.name}: ${slow.toPrecision(3)} ms`);
  console.log(`  ${ours.name}: ${fast.toPrecision(3)} ms`);
  console.log(`  ratio ${(slow / fast).toPrecision(3)} (median of ${rounds} rounds, in turn)`);
}

/** The middle one of an odd number of values, which are sorted. */
export function medianOf(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}
