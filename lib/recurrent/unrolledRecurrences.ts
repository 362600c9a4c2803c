import { type Graph, type Recurrence, RecurrentStep } from "../network";
import { Activation } from "../spline/operators";

/** Where an unrolled recurrence stands in a graph; steps are in the order of processing. */
export interface UnrolledRecurrence {
  /** Its layer's name. */
  readonly name: string;
  readonly recurrence: Recurrence;
  /** The value that it reads, a sequence [T, D]. */
  readonly sequence: number;
  /** For each step the node of its affine part. */
  readonly affine: readonly number[];
  /** For each step the node of its activation, or −1 where there is none (linear). */
  readonly activation: readonly number[];
}

/** Finds the recurrences that were unrolled into a graph, in the order in which they stand there. */
export function unrolledRecurrences({ nodes }: Graph): UnrolledRecurrence[] {
  type Growing = UnrolledRecurrence & { affine: number[]; activation: number[] };
  const found: Growing[] = [];
  // A layer that is used twice is unrolled twice, one behind the other.
  const latest = new Map<Recurrence, Growing>();
  nodes.forEach(({ operator, name, inputs }, i) => {
    if (!(operator instanceof RecurrentStep)) return;
    const { recurrence } = operator;
    if (operator.step === 0) {
      const sequence = nodes[inputs[0]! - 1]!.inputs[0]!; // behind the crop of the first step
      const layer = name.replace(/[ /]?t=\d+$/, "");
      const entry = { name: layer, recurrence, sequence, affine: [], activation: [] };
      found.push(entry);
      latest.set(recurrence, entry);
    }
    const entry = latest.get(recurrence)!;
    entry.affine.push(i);
    const next = nodes[i + 1];
    const bent = next?.operator instanceof Activation && next.inputs[0] === i + 1;
    entry.activation.push(bent && recurrence.activation !== "linear" ? i + 1 : -1);
  });
  return found;
}
