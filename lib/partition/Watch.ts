import { setImmediate } from "node:timers/promises";
import type { Refinement } from "./Refinement";

/** How far a partition has come. */
export interface PartitionProgress {
  /** Cells found so far. */
  readonly cells: number;
  /** The share of the domain's area that they cover, in [0, 1]; it never falls, and ends with 1. */
  readonly share: number;
}

/** What may stop a partition, and who is told how far it has come. */
export interface Watching {
  /** Once it is aborted, its reason is thrown, and nothing half-made is left. */
  readonly signal?: AbortSignal | undefined;
  /** Called again and again (without threads, after every 1024 cells), and at the end. */
  readonly onProgress?: ((progress: PartitionProgress) => void) | undefined;
}

/** Cells after which it is time to look up. */
const PERIOD = 1024;

/** Counts cells as they are found; now and then looks whether to stop, and tells how far it has come. */
export class Watch {
  private cells = 0;
  private covered = 0;

  constructor(
    private readonly domainArea: number,
    private readonly watching: Watching,
  ) {
    watching.signal?.throwIfAborted();
  }

  /** Counts the cell at hand; true if it was time to look up. */
  cell({ faces, face }: Refinement): boolean {
    if (this.watching.onProgress !== undefined) this.covered += faces.area(face);
    if (++this.cells % PERIOD !== 0) return false;
    this.watching.signal?.throwIfAborted();
    this.report();
    return true;
  }

  /** Tells how far it has come. */
  report(): void {
    const share = Math.min(1, Math.max(0, this.covered / this.domainArea));
    this.watching.onProgress?.({ cells: this.cells, share });
  }

  /** Tells that all is done. */
  finish(cells: number): void {
    this.watching.signal?.throwIfAborted();
    this.watching.onProgress?.({ cells, share: 1 });
  }
}

/** Runs steps to the end without a pause. */
export function runThrough<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Runs steps to the end, and lets whatever else waits have its turn in between. */
export async function runInTurns<T>(steps: Generator<void, T>): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    await setImmediate();
    step = steps.next();
  }
  return step.value;
}
