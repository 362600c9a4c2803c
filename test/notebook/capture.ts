import type { Bundle } from "../../lib/notebook/display";

/** One output that was shown: as sent to Jupyter. */
export interface Shown {
  data: Bundle;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
  update: boolean;
}

const jupyter = require("tslab/dist/jupyter") as { lastWriteDisplayData: unknown };

/** Runs something as if in a cell, and returns what it showed. */
export function capture(cell: () => unknown): Shown[] {
  const shown: Shown[] = [];
  jupyter.lastWriteDisplayData = (output: Omit<Shown, "update">, update: boolean) =>
    // What Jupyter gets is JSON, made at once.
    shown.push(JSON.parse(JSON.stringify({ ...output, update })));
  try {
    cell();
  } finally {
    jupyter.lastWriteDisplayData = null;
  }
  return shown;
}
