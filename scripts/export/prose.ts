import katex from "katex";
import MarkdownIt from "markdown-it";

/** Renders Markdown with formulas between dollar signs. @throws on a formula that is none */
export function prose(markdown: string): string {
  return renderer.render(markdown);
}

/** Renders Markdown that stands within a line. @throws on a formula that is none */
export function phrase(markdown: string): string {
  return renderer.renderInline(markdown);
}

/** Text for HTML. */
export function escapeHtml(text: string): string {
  return renderer.utils.escapeHtml(text);
}

const renderer = new MarkdownIt({ html: false, typographer: false });
renderer.inline.ruler.before("escape", "formula", (state, silent) => {
  const found = formulaAt(state.src, state.pos);
  if (found === undefined) return false;
  if (!silent) {
    const token = state.push("formula", "math", 0);
    token.content = found.tex;
    token.block = found.display;
  }
  state.pos = found.end;
  return true;
});
renderer.renderer.rules.formula = (tokens, index) => {
  const { content, block } = tokens[index]!;
  return katex.renderToString(content, { displayMode: block, throwOnError: true, strict: false });
};
// Notebooks link to one another by file; their pages do by page.
const linkOpen = renderer.renderer.rules.link_open;
renderer.renderer.rules.link_open = (tokens, index, options, env, self) => {
  const href = tokens[index]!.attrGet("href") ?? "";
  tokens[index]!.attrSet("href", href.replace(/^([^:/]+)\.ipynb(#.*)?$/, "$1.html$2"));
  return linkOpen?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
};

/** The formula that begins at a place in a text: between `$$`, or between `$` that hug it. */
function formulaAt(
  text: string,
  start: number,
): { tex: string; display: boolean; end: number } | undefined {
  if (text[start] !== "$") return undefined;
  const display = text[start + 1] === "$";
  const rest = text.slice(start);
  const pattern = display
    ? /^\$\$([\s\S]+?)\$\$/
    : /^\$((?=\S)(?:[^$\\]|\\[\s\S])*?[^\s\\])\$(?!\d)/;
  const match = pattern.exec(rest);
  return match === null ? undefined : { tex: match[1]!, display, end: start + match[0].length };
}
