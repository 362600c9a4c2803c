import { renameSync, writeFileSync } from "node:fs";
import { isObject, LARGEST_JSON, parseJson } from "../../lib/files/parseJson";
import { readWhole } from "../../lib/files/readWhole";
import { checkNotebook, NotebookFileError } from "./checkNotebook";

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

/** Reads a notebook. @throws NotebookFileError if it is none */
export function readNotebook(file: string): Notebook {
  const refuse = (found: string, expected: string) => new NotebookFileError(file, found, expected);
  const notebook = parseJson(readWhole(file, refuse, LARGEST_JSON), refuse);
  checkNotebook(notebook, refuse);
  return notebook as Notebook;
}

/** Entries in the order of their names, as Jupyter writes them. */
const inOrder = (_: string, value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Writes a notebook whole or not at all. */
export function writeNotebook(file: string, notebook: Notebook): void {
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(notebook, inOrder, 1)}\n`);
  renameSync(partial, file);
}
