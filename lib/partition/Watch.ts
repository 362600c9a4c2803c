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
  /** Once it is aborted, the partition throws its reason and leaves nothing behind. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every 1024 cells, and at the end. */
  readonly onProgress?: ((progress: PartitionProgress) => void) | undefined;
}

/** Looks at the signal and tells of progress after so many cells. */
export const PERIOD = 1024;

/** Counts cells as they are found; on the way looks whether to stop, and tells how far it has come. */
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
  cell(refinement: Refinement): boolean {
    const { signal, onProgress } = this.watching;
    if (onProgress !== undefined) this.covered += refinement.faces.area(refinement.face);
    if (++this.cells % PERIOD !== 0) return false;
    signal?.throwIfAborted();
    onProgress?.({ cells: this.cells, share: Math.min(1, this.covered / this.domainArea) });
    return true;
  }

  finish(): void {
    this.watching.signal?.throwIfAborted();
    this.watching.onProgress?.({ cells: this.cells, share: 1 });
  }
}
