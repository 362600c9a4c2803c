import { basename } from "node:path";
import { NotebookFileError } from "../notebooks/checkNotebook";
import { type Notebook, readNotebook } from "../notebooks/notebook";
import { titleOf } from "../notebooks/title";
import { htmlOfCell } from "./cells";
import { newPage } from "./prose";

/** A notebook that is to be exported. */
export interface Source {
  /** File name without ending: the page's and the slides' names begin with it. */
  readonly stem: string;
  readonly title: string;
  readonly notebook: Notebook;
}

/** Reads a notebook. @throws NotebookFileError if it is none, or was never executed */
export function sourceOf(file: string): Source {
  const stem = basename(file, ".ipynb");
  const notebook = readNotebook(file);
  const code = notebook.cells.filter((cell) => cell.cell_type === "code");
  if (code.length > 0 && code.every((cell) => (cell.outputs ?? []).length === 0)) {
    throw new NotebookFileError(file, "no outputs", `some: run npm run notebooks -- ${stem} first`);
  }
  return { stem, title: titleOf(notebook), notebook };
}

/** Each cell as HTML. @throws Error naming notebook and cell, if it can't be rendered */
export function cellsOf({ stem, notebook }: Source, page = newPage()): string[] {
  return notebook.cells.map((cell, index) => {
    try {
      return htmlOfCell(cell, page);
    } catch (error) {
      throw new Error(`${stem}, cell ${index}: ${(error as Error).message}`);
    }
  });
}
