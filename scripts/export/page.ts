import { ownFile } from "./assets";
import { documentOf } from "./document";
import { cellsOf, type Source } from "./source";

/** A notebook as one page to read. */
export function pageOf(source: Source): string {
  const { stem, title } = source;
  const nav = `<nav><a href="index.html">all notebooks</a> · <a href="${stem}.slides.html">slides</a></nav>`;
  const body = `${nav}\n<main>\n${cellsOf(source).join("\n")}\n</main>`;
  return documentOf({ title, body, css: ownFile("page.css") });
}
