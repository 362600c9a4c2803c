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

/** Reads a notebook. @throws Error naming the file, if it is none */
export function readNotebook(file: string): Notebook {
  let notebook: Notebook;
  try {
    notebook = JSON.parse(readFileSync(file, "utf8")) as Notebook;
  } catch (error) {
    throw new Error(`${file} is no notebook: ${(error as Error).message}`);
  }
  if (notebook.nbformat === 4 && Array.isArray(notebook.cells)) return notebook;
  throw new Error(`${file} is no notebook of format 4 (found ${notebook.nbformat})`);
}

/** Writes a notebook whole or not at all. */
export function writeNotebook(file: string, notebook: Notebook): void {
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(notebook, null, 1)}\n`);
  renameSync(partial, file);
}
