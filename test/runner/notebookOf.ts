import type { Cell, Notebook } from "../../scripts/notebooks/notebook";

/** A code cell. */
export function code(source: string): Cell {
  const metadata = { slideshow: { slide_type: "fragment" } };
  return { cell_type: "code", metadata, source, execution_count: null, outputs: [] };
}

function prose(source: string): Cell {
  return { cell_type: "markdown", metadata: { slideshow: { slide_type: "slide" } }, source };
}

/** A notebook in good form around some cells; the first of them has index 1. */
export function notebookOf(cells: Cell[]): Notebook {
  const all = [prose("# A notebook"), ...cells, prose("## Summary"), prose("## Exercises")];
  return {
    cells: all.map((cell, index) => ({ id: `cell-${index}`, ...cell })),
    metadata: {
      kernelspec: { name: "madmax", display_name: "TypeScript (madmax)", language: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
