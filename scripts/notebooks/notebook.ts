import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** A notebook as it is stored (nbformat 4). */
export interface Notebook {
  cells: Cell[];
  metadata: {
    kernelspec?: { name?: string; display_name?: string; language?: string };
    language_info?: Record<string, unknown>;
    /** What the runner wants to know and tells: the backend needed, the scale of the outputs. */
    madmax?: { requires?: string; scale?: string };
    [other: string]: unknown;
  };
  nbformat: number;
  nbformat_minor: number;
}

/** One cell. */
export interface Cell {
  cell_type: "markdown" | "code" | "raw";
  id?: string;
  metadata: { slideshow?: { slide_type?: string }; tags?: string[]; [other: string]: unknown };
  source: string | string[];
  execution_count?: number | null;
  outputs?: Output[];
  attachments?: Attachments;
}

/** Files kept in a cell: of each name its forms by MIME type. */
export type Attachments = Record<string, Record<string, string | string[]>>;

/** One output of a code cell. */
export interface Output {
  output_type: "stream" | "display_data" | "execute_result" | "error";
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  traceback?: string[];
  [other: string]: unknown;
}

/** Text that nbformat stores as one string or as lines. */
export function joined(text: string | string[] | undefined): string {
  return Array.isArray(text) ? text.join("") : (text ?? "");
}

/** Text as nbformat stores it: in lines, so that differences can be read. */
export function inLines(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** A cell's first line that says something, to tell it by. */
export function firstLine(cell: Cell): string {
  const lines = joined(cell.source).split("\n");
  return lines.find((line) => line.trim() !== "" && !line.startsWith("import ")) ?? lines[0]!;
}

/** Thrown where a file isn't a notebook. */
export class NotebookFormatError extends Error {
  override readonly name = "NotebookFormatError";
}

/** Reads a notebook. @throws NotebookFormatError naming the file, and the cell, if it is none */
export function readNotebook(file: string): Notebook {
  const text = readFileSync(file, "utf8");
  let notebook: Notebook | null;
  try {
    notebook = JSON.parse(text) as Notebook | null;
  } catch (error) {
    throw new NotebookFormatError(`${file} is no notebook: ${(error as Error).message}`);
  }
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    const found = `found ${notebook?.nbformat ?? "no format"}`;
    throw new NotebookFormatError(`${file} is no notebook of format 4 (${found})`);
  }
  if (!isObject(notebook.metadata)) {
    throw new NotebookFormatError(`${file} is no notebook: it has no metadata`);
  }
  notebook.cells.forEach((cell, index) => {
    const fault = faultOf(cell);
    if (fault !== undefined) throw new NotebookFormatError(`${file}, cell ${index}: ${fault}`);
  });
  return notebook;
}

const CELL_TYPES = ["markdown", "code", "raw"];
const OUTPUT_TYPES = ["stream", "display_data", "execute_result", "error"];

/** What a cell lacks that everybody counts on, if anything. */
function faultOf(cell: Cell): string | undefined {
  if (!isObject(cell) || !CELL_TYPES.includes(cell.cell_type)) {
    return `its type is ${JSON.stringify(cell?.cell_type)}, expected one of ${CELL_TYPES.join(", ")}`;
  }
  if (!isText(cell.source)) return "its source is no text, expected a string or a list of strings";
  if (!isObject(cell.metadata)) return "it has no metadata";
  if (cell.outputs === undefined) return undefined;
  if (!Array.isArray(cell.outputs)) return "its outputs are no list";
  const other = cell.outputs.find((output) => !OUTPUT_TYPES.includes(output?.output_type));
  return other === undefined
    ? undefined
    : `an output's type is ${JSON.stringify(other?.output_type)}, expected one of ${OUTPUT_TYPES.join(", ")}`;
}

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): boolean =>
  typeof value === "string" ||
  (Array.isArray(value) && value.every((line) => typeof line === "string"));

/** Entries in the order of their names, as Jupyter writes them. */
const inOrder = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Writes a notebook whole or not at all. */
export function writeNotebook(file: string, notebook: Notebook): void {
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(notebook, inOrder, 1)}\n`);
  renameSync(partial, file);
}
