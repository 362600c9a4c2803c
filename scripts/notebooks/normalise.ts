import { type Cell, inLines, joined, type Notebook, type Output } from "./notebook";

// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI colours begin with one
const ANSI = /\x1b\[[0-9;]*m/g;

/** Id of the cell that {@link withFlush} adds. */
const FLUSH_ID = "flush";

/** A copy with a last cell that waits: what goes wrong after the last real cell, fails that one. */
export function withFlush(notebook: Notebook): Notebook {
  const flush: Cell = {
    cell_type: "code",
    id: FLUSH_ID,
    metadata: {},
    source: "await new Promise((resolve) => setTimeout(resolve, 50));",
    execution_count: null,
    outputs: [],
  };
  return { ...notebook, cells: [...notebook.cells, flush] };
}

/**
 * An executed notebook in the form in which it is stored: the same run gives the same bytes. Takes
 * off the added cell, times, colours and this machine's path; joins what a stream wrote in pieces.
 */
export function normalise(executed: Notebook, root: string, scale: string): Notebook {
  const { kernelspec, language_info, madmax } = executed.metadata;
  const cells = executed.cells
    .filter(({ id }) => id !== FLUSH_ID)
    .map((cell) => {
      const { execution: _, ...metadata } = cell.metadata;
      const outputs = mergedStreams(cell.outputs ?? []).map((output) => cleaned(output, root));
      return cell.cell_type === "code" ? { ...cell, metadata, outputs } : { ...cell, metadata };
    });
  return {
    cells,
    metadata: {
      ...(kernelspec && { kernelspec }),
      ...(language_info && { language_info }),
      madmax: { ...madmax, scale },
    },
    nbformat: executed.nbformat,
    nbformat_minor: executed.nbformat_minor,
  };
}

function mergedStreams(outputs: readonly Output[]): Output[] {
  const merged: Output[] = [];
  for (const output of outputs) {
    const last = merged.at(-1);
    if (
      output.output_type === "stream" &&
      last?.output_type === "stream" &&
      last.name === output.name
    ) {
      last.text = joined(last.text) + joined(output.text);
    } else {
      merged.push({ ...output });
    }
  }
  return merged;
}

function cleaned(output: Output, root: string): Output {
  const clean = (text: string) => text.replace(ANSI, "").replaceAll(root, ".");
  const { transient: _, ...rest } = output;
  return {
    ...rest,
    ...(output.text !== undefined && { text: inLines(clean(joined(output.text))) }),
    ...(typeof output.evalue === "string" && { evalue: clean(output.evalue) }),
    ...(output.traceback !== undefined && { traceback: output.traceback.map(clean) }),
  } as Output;
}
