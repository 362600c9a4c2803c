import MarkdownIt from "markdown-it";
import { withoutFormulas, withSources } from "./formulas";
import { joined, type Notebook } from "./notebook";

const markdown = new MarkdownIt();

/** The title: the first heading of the first level, as Markdown. */
export function titleOf({ cells }: Notebook): string {
  for (const cell of cells) {
    if (cell.cell_type !== "markdown") continue;
    const marked = withoutFormulas(joined(cell.source));
    const tokens = markdown.parse(marked.text, {});
    const heading = tokens.findIndex(({ type, tag, level }, index) => {
      const words = tokens[index + 1]?.content ?? "";
      return type === "heading_open" && tag === "h1" && level === 0 && words !== "";
    });
    if (heading >= 0) {
      return withSources(tokens[heading + 1]!.content, marked).replace(/\s+/g, " ");
    }
  }
  return "(untitled)";
}
