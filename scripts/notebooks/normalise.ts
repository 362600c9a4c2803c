import { type Cell, inLines, joined, type Notebook, type Output } from "./notebook";
import { terminalText } from "./terminal";

/** A copy with a last cell that waits: what goes wrong after the last real cell, fails that one. */
export function withFlush(notebook: Notebook): Notebook {
  const ids = new Set(notebook.cells.map(({ id }) => id));
  let id = "flush";
  while (ids.has(id)) id += "-";
  const flush: Cell = {
    cell_type: "code",
    id,
    metadata: {},
    source: "await new Promise((resolve) => setTimeout(resolve, 50));",
    execution_count: null,
    outputs: [],
  };
  return { ...notebook, cells: [...notebook.cells, flush] };
}

/**
 * A notebook with the outputs of its execution, whose first cells are its own, in the form in which
 * it is stored: the same run gives the same bytes. What the author wrote stays as it is, whatever
 * programs on the way made of it; outputs lose times, colours and this machine's path, and what a
 * stream wrote in pieces is joined.
 */
export function normalise(
  stored: Notebook,
  executed: Notebook,
  root: string,
  scale: string,
): Notebook {
  const cells = stored.cells.map((cell, index) => {
    const { execution: _, ...metadata } = cell.metadata;
    const text = joined(cell.source);
    const source = text === "" ? [] : inLines(text);
    if (cell.cell_type !== "code") return { ...cell, metadata, source };
    const { execution_count = null, outputs = [] } = executed.cells[index]!;
    return {
      ...cell,
      metadata,
      source,
      execution_count,
      outputs: mergedStreams(outputs).map((output) => cleaned(output, root)),
    };
  });
  const { language_info } = executed.metadata;
  return {
    ...stored,
    cells,
    metadata: {
      ...stored.metadata,
      ...(language_info && { language_info }),
      madmax: { ...stored.metadata.madmax, scale },
    },
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

/** Half of a surrogate pair: no text in UTF-8, and so in a file, can hold one. */
const LONE_SURROGATE = /[\ud800-\udfff]/gu;

function wellFormed<T>(content: T): T {
  const text = (_: string, value: unknown) =>
    typeof value === "string" ? value.replace(LONE_SURROGATE, "\ufffd") : value;
  return JSON.parse(JSON.stringify(content), text) as T;
}

function cleaned(output: Output, root: string): Output {
  const clean = (text: string) => terminalText(text).replaceAll(root, ".");
  const { transient: _, ...rest } = output;
  return wellFormed({
    ...rest,
    ...(output.text !== undefined && { text: inLines(clean(joined(output.text))) }),
    ...(typeof output.evalue === "string" && { evalue: clean(output.evalue) }),
    ...(output.traceback !== undefined && { traceback: output.traceback.map(clean) }),
  } as Output);
}
