import type { SplineNetwork } from "./SplineNetwork";

const HEADER = ["node", "kind", "output", "pieces", "convex", "nondecr.", "parameters"];

/** The table that String(net) prints: one line an operator, totals below. */
export function describe(net: SplineNetwork): string {
  const yes = (flag: boolean) => (flag ? "yes" : "no");
  const rows = net.graph.nodes.map(({ name, operator }) => [
    name,
    operator.kind,
    `[${operator.outputShape.join(" × ")}]`,
    String(operator.pieces),
    yes(operator.convex),
    yes(operator.nondecreasing),
    String(operator.parameters),
  ]);
  const table = [HEADER, ...rows];
  const widths = HEADER.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd();
  const units = net.graph.nodes.reduce((sum, { operator }) => sum + operator.units, 0);
  const parameters = net.graph.nodes.reduce((sum, { operator }) => sum + operator.parameters, 0);
  return [
    `SplineNetwork [${net.inputShape.join(" × ")}] → ${net.outputSize}`,
    line(HEADER),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map(line),
    `${net.layers.length} layers, ${units} units that choose a piece, ${parameters} parameters`,
    ...net.notes.map((note) => `note: ${note}`),
  ].join("\n");
}
