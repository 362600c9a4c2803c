import type { SplineNetwork } from "./SplineNetwork";

const HEADER = ["layer", "node", "kind", "output", "pieces", "convex", "nondecr.", "parameters"];

/** The table that String(net) prints: one line an operator, totals below. */
export function describe(net: SplineNetwork): string {
  const { nodes } = net.graph;
  const yes = (flag: boolean) => (flag ? "yes" : "no");
  const layerOf = nodes.map((_, i) => net.layers.findIndex(({ nodes }) => nodes.includes(i)) + 1);
  const branches = nodes.some(({ inputs }, i) => inputs.length > 1 || inputs[0] !== i);
  const reads = (inputs: readonly number[]) =>
    inputs.map((v) => (v === 0 ? "input" : nodes[v - 1]!.name)).join(", ");
  const rows = nodes.map(({ name, operator, inputs }, i) => [
    String(layerOf[i]),
    name,
    operator.kind,
    `[${operator.outputShape.join(" × ")}]`,
    String(operator.pieces),
    yes(operator.convex),
    yes(operator.nondecreasing),
    String(operator.parameters),
    ...(branches ? [reads(inputs)] : []),
  ]);
  const header = branches ? [...HEADER, "reads"] : HEADER;
  const table = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd();
  const units = nodes.reduce((sum, { operator }) => sum + operator.units, 0);
  // Layers that are used several times share their operators, and their parameters count once.
  const operators = [...new Set(nodes.map(({ operator }) => operator))];
  const parameters = operators.reduce((sum, operator) => sum + operator.parameters, 0);
  return [
    `SplineNetwork [${net.inputShape.join(" × ")}] → ${net.outputSize}`,
    line(header),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map(line),
    `${net.layers.length} layers, ${units} units that choose a piece, ${parameters} parameters`,
    ...parts("input", net.inputs),
    ...parts("output", net.outputs),
    ...net.notes.map((note) => `note: ${note}`),
  ].join("\n");
}

/** Where each of several inputs or outputs stands. */
function parts(what: string, ports: SplineNetwork["inputs"]): string[] {
  if (ports.length === 1) return [];
  return ports.map(
    ({ name, shape, from }) => `${what} "${name}": [${shape.join(" × ")}] from entry ${from}`,
  );
}
