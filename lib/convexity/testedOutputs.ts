import type { SplineNetwork } from "../network";

/** The outputs meant: one, or all. Throws RangeError if there is no such output. */
export function testedOutputs(net: SplineNetwork, output: number | undefined): number[] {
  if (output === undefined) return Array.from({ length: net.outputSize }, (_, c) => c);
  if (Number.isInteger(output) && output >= 0 && output < net.outputSize) return [output];
  throw new RangeError(
    `output is ${output}, expected an index from 0 to ${net.outputSize - 1}, or none for all`,
  );
}
