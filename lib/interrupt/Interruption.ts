import type { EventEmitter } from "node:events";

/** A signal for the time of one loop; `end` takes it off the program's interrupts again. */
export interface Interruption {
  readonly signal: AbortSignal;
  end(): void;
}

/** The event of `process` that tells of an interrupt which doesn't end the program. */
const INTERRUPT = "madmax interrupt";
const program: EventEmitter = process;

/**
 * A signal that is aborted when the caller's is, or when the notebook's cell is interrupted, so that a
 * loop that the cell awaits ends with it and frees its tensors. Outside of a notebook an interrupt
 * ends the process, and needs no help.
 */
export function interruption(signal?: AbortSignal): Interruption {
  const own = new AbortController();
  const follow = () => own.abort(signal!.reason);
  const stop = () => own.abort(new DOMException("the cell was interrupted", "AbortError"));
  if (signal?.aborted) follow();
  signal?.addEventListener("abort", follow, { once: true });
  program.on(INTERRUPT, stop);
  return {
    signal: own.signal,
    end: () => {
      signal?.removeEventListener("abort", follow);
      program.off(INTERRUPT, stop);
    },
  };
}

/**
 * Aborts every {@link interruption}. The kernel's part: SIGINT itself can't be listened to, since Node
 * takes all its listeners away while the synchronous stretch of a cell runs.
 */
export function interrupt(): void {
  program.emit(INTERRUPT);
}
