import { joined, type Notebook, type Output } from "./notebook";

const MOST_LINES = 15;
const MOST_COLUMNS = 88;
const SLIDE_TYPES = ["slide", "subslide", "fragment", "skip", "notes", "-"];
const PARTS = ["Summary", "Exercises"];

/** A place on one machine: on the next, the output would differ. */
const PATH =
  /(?:(?<![\w.:/+-])\/(?:home|root|Users|tmp|var|opt|mnt|srv|usr)\/|\b[A-Z]:\\Users\\)[^\s"'<>]{2,}/;

/** What is wrong with a notebook's form, one line each; empty when all is well. Outputs aren't
 *  looked at: the next run makes them anew. */
export function lint({ cells, metadata }: Notebook): string[] {
  const problems: string[] = [];
  if (metadata.kernelspec?.name !== "madmax") {
    problems.push(`its kernel is ${metadata.kernelspec?.name ?? "not named"}, expected madmax`);
  }
  const ids = new Set<string>();
  cells.forEach((cell, index) => {
    const complain = (problem: string) => problems.push(`cell ${index}: ${problem}`);
    if (cell.id === undefined || ids.has(cell.id))
      complain(`id ${cell.id} is missing or used twice`);
    ids.add(cell.id ?? "");
    const slide = cell.metadata.slideshow?.slide_type;
    if (slide === undefined || !SLIDE_TYPES.includes(slide)) complain(`slide mark ${slide}`);
    if (cell.cell_type !== "code") return;
    const lines = joined(cell.source).split("\n");
    if (lines.length > MOST_LINES) complain(`${lines.length} lines, at most ${MOST_LINES}`);
    const wide = lines.find((line) => line.length > MOST_COLUMNS);
    if (wide !== undefined) complain(`${wide.length} columns, at most ${MOST_COLUMNS}: ${wide}`);
  });
  const prose = cells
    .filter((cell) => cell.cell_type === "markdown")
    .map((cell) => joined(cell.source));
  for (const part of PARTS) {
    if (!prose.some((text) => new RegExp(`^##? ${part}$`, "m").test(text))) {
      problems.push(`no heading "${part}"`);
    }
  }
  return problems;
}

/** Paths of this machine in a notebook's outputs, one line each. */
export function pathsIn({ cells }: Notebook): string[] {
  return cells.flatMap((cell, index) =>
    (cell.outputs ?? []).flatMap((output) => {
      const path = textsOf(output)
        .map((text) => PATH.exec(text)?.[0])
        .find((found) => found !== undefined);
      return path === undefined
        ? []
        : [`cell ${index}: a path of one machine in its outputs: ${path}`];
    }),
  );
}

// Pictures are left out: as base64 they contain everything sooner or later.
function textsOf({ data = {}, text, evalue, traceback }: Output): string[] {
  const forms = Object.entries(data).filter(([type]) => !/^image\/(png|jpeg)$/.test(type));
  return strings([joined(text), evalue, traceback, forms.map(([, content]) => content)]);
}

function strings(content: unknown): string[] {
  if (typeof content === "string") return [content];
  if (typeof content !== "object" || content === null) return [];
  return Object.values(content).flatMap(strings);
}
