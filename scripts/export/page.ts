import { type Notebook, readNotebook } from "../notebooks/notebook";
import { katexCss, ownFile, plotlyScript, reveal, script, style, vegaScripts } from "./assets";
import { htmlOfCell, needs } from "./cells";
import { escapeHtml } from "./prose";

/** A notebook, and where its page and slides go. */
export interface Source {
  /** File name without ending. */
  readonly stem: string;
  readonly title: string;
  readonly notebook: Notebook;
}

const SLIDE_TYPES = ["slide", "subslide", "fragment", "skip", "notes", "-"];

/** A whole document with everything in it that it needs. */
export function documentOf(title: string, css: string, body: string, code = ""): string {
  const { vega, plotly } = needs(body);
  const figures = vega || plotly ? script(ownFile("figures.js")) : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
${body.includes("katex") ? style(katexCss()) : ""}
${style(ownFile("content.css") + css)}
</head>
<body>
${body}
${vega ? vegaScripts() : ""}
${plotly ? plotlyScript() : ""}
${figures}
${code}
</body>
</html>
`;
}

/** The notebook as one page to read. */
export function pageOf({ stem, title, notebook }: Source): string {
  const nav = `<nav><a href="index.html">all notebooks</a> · <a href="${stem}.slides.html">slides</a></nav>`;
  const cells = notebook.cells.map((_, index) => cellOf(stem, notebook, index));
  return documentOf(title, ownFile("page.css"), `${nav}\n<main>\n${cells.join("\n")}\n</main>`);
}

/** The notebook as a deck: its cells' slide marks say what stands on one slide. */
export function slidesOf({ stem, title, notebook }: Source): string {
  const stacks: string[][] = [];
  notebook.cells.forEach((cell, index) => {
    const mark = cell.metadata.slideshow?.slide_type ?? "-";
    if (!SLIDE_TYPES.includes(mark))
      throw new Error(`${stem}, cell ${index}: slide mark "${mark}"`);
    if (mark === "skip") return;
    const html = cellOf(stem, notebook, index);
    if (mark === "slide" || stacks.length === 0) stacks.push([html]);
    else if (mark === "subslide") stacks.at(-1)!.push(html);
    else {
      const [tag, name] =
        mark === "notes" ? ["aside", "notes"] : ["div", mark === "fragment" ? "fragment" : ""];
      const stack = stacks.at(-1)!;
      stack[stack.length - 1] += `\n<${tag} class="${name}">${html}</${tag}>`;
    }
  });
  const sections = stacks.map(
    (stack) =>
      `<section>\n${stack.map((html) => `<section>\n${html}\n</section>`).join("\n")}\n</section>`,
  );
  const { css, code } = reveal();
  const start =
    "Reveal.initialize({ hash: true, center: false, width: 1280, height: 800, margin: 0.05 });";
  const body = `<div class="reveal"><div class="slides">\n${sections.join("\n")}\n</div></div>`;
  return documentOf(title, css + ownFile("slides.css"), body, script(code) + script(start));
}

/** One card a notebook: its title, its claim, its first picture. */
export function indexOf(sources: readonly Source[]): string {
  const cards = sources.map(({ stem, title, notebook }) => {
    const picture = notebook.cells
      .flatMap((cell) => cell.outputs ?? [])
      .map(({ data }) => data?.["image/png"])
      .find((png) => png !== undefined);
    const image =
      picture === undefined
        ? ""
        : `<img alt="" src="data:image/png;base64,${[picture].flat().join("").replace(/\s/g, "")}">`;
    return `<article class="card">${image}<h2>${escapeHtml(title)}</h2>
<p><a href="${stem}.html">page</a> · <a href="${stem}.slides.html">slides</a></p></article>`;
  });
  const body = `<h1>madmax</h1>
<p>Max-affine splines and deep nets, in notebooks. These pages need no network and no server.</p>
<div class="cards">${cards.join("\n")}</div>`;
  return documentOf("madmax: the notebooks", ownFile("page.css"), body);
}

/** Reads a notebook for export. @throws Error if it was never executed */
export function sourceOf(
  file: string,
  stem: string,
  title: (notebook: Notebook) => string,
): Source {
  const notebook = readNotebook(file);
  const code = notebook.cells.filter((cell) => cell.cell_type === "code");
  if (code.length > 0 && code.every((cell) => (cell.outputs ?? []).length === 0)) {
    throw new Error(`${stem} has no outputs: run npm run notebooks -- ${stem} first`);
  }
  return { stem, title: title(notebook), notebook };
}

function cellOf(stem: string, { cells }: Notebook, index: number): string {
  try {
    return htmlOfCell(cells[index]!);
  } catch (error) {
    throw new Error(`${stem}, cell ${index}: ${(error as Error).message}`);
  }
}
