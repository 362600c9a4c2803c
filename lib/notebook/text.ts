import type { Bundle } from "./display";

/** Text that a notebook typesets: made by {@link tex} and {@link markdown}, shown by `show`. */
export class Typeset {
  constructor(readonly bundle: Bundle) {}
}

/**
 * A displayed formula, in TeX without dollar signs.
 *
 * @example show(tex(String.raw`f(x) = A[x]\,x + b[x]`));
 */
export function tex(source: string): Typeset {
  return new Typeset({ "text/latex": `$$${source}$$`, "text/plain": source });
}

/** Markdown, with TeX between dollar signs. */
export function markdown(source: string): Typeset {
  return new Typeset({ "text/markdown": source, "text/plain": source });
}

/** Text for HTML. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}

/** The text of what `escapeHtml`, or a number for a character (&#60;), made. */
export function unescapeHtml(html: string): string {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return html.replace(/&(?:#(\d+)|(\w+));/g, (whole, code, name) =>
    code === undefined ? (entities[name] ?? whole) : String.fromCodePoint(Number(code)),
  );
}
