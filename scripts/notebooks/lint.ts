import { joined, type Notebook } from "./notebook";

const MOST_LINES = 15;
const MOST_COLUMNS = 88;
const SLIDE_TYPES = ["slide", "subslide", "fragment", "skip", "notes", "-"];
const PARTS = ["Summary", "Exercises"];

/** What is wrong with a notebook's form, one line each; empty when all is well. */
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
    const outputs = JSON.stringify(cell.outputs ?? []);
    const path = /(?:\/(?:home|root|Users|tmp|work)\/|[A-Z]:\\\\)[^"\\ ]{3,}/.exec(outputs);
    if (path !== null) complain(`a path of one machine in its outputs: ${path[0]}`);
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
