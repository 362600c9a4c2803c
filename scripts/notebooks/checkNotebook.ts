import { isObject, shown } from "../../lib/files/parseJson";
import type { Refusal } from "../../lib/files/readWhole";

/** A file that isn't a notebook as it is needed: what was found, what was expected. */
export class NotebookFileError extends Error {
  override readonly name = "NotebookFileError";
  constructor(
    readonly file: string,
    readonly found: string,
    readonly expected: string,
  ) {
    super(`${file}: found ${found}, expected ${expected}`);
  }
}

/** Checks what the runner and the exporter rely on; throws what `refuse` makes. */
export function checkNotebook(notebook: unknown, refuse: Refusal): void {
  if (!isObject(notebook)) throw refuse(shown(notebook), "a notebook of format 4");
  const { nbformat, cells, metadata } = notebook;
  if (nbformat !== 4) throw refuse(`nbformat ${shown(nbformat)}`, "a notebook of format 4");
  if (!isObject(metadata)) throw refuse(`metadata ${shown(metadata)}`, "an object");
  for (const part of ["kernelspec", "language_info", "madmax"]) {
    if (part in metadata && !isObject(metadata[part])) {
      throw refuse(`metadata.${part} ${shown(metadata[part])}`, "an object");
    }
  }
  if (!Array.isArray(cells)) throw refuse(`cells ${shown(cells)}`, "a list");
  cells.forEach((cell, index) => {
    const fault = faultOf(cell);
    if (fault !== undefined) throw refuse(`cell ${index} ${shown(cell)}`, fault);
  });
}

/** What a cell lacks; undefined if it is one. */
function faultOf(cell: unknown): string | undefined {
  if (!isObject(cell)) return "an object";
  const { cell_type: type, source, metadata, outputs } = cell;
  if (type !== "markdown" && type !== "code" && type !== "raw") return "a cell_type";
  if (!isText(source)) return "a source: text, or a list of lines";
  if (!isObject(metadata)) return "metadata: an object";
  const { slideshow, tags } = metadata;
  if (slideshow !== undefined && !isObject(slideshow)) return "slideshow: an object";
  if (tags !== undefined && !isTexts(tags)) return "tags: a list of texts";
  if (outputs === undefined) return undefined;
  return Array.isArray(outputs) && outputs.every(isOutput) ? undefined : "outputs, each of a type";
}

function isOutput(output: unknown): boolean {
  if (!isObject(output)) return false;
  const { output_type: type, text, data, metadata, traceback } = output;
  if (type === "stream") return isText(text);
  if (type === "error") return traceback === undefined || isTexts(traceback);
  if (type !== "display_data" && type !== "execute_result") return false;
  return isObject(data) && (metadata === undefined || isObject(metadata));
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((line) => typeof line === "string");
const isText = (value: unknown): boolean => typeof value === "string" || isTexts(value);
