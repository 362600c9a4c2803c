import { withoutFormulas, withSources } from "../notebooks/formulas";
import { joined, type Notebook } from "../notebooks/notebook";
import { ownFile } from "./assets";
import { documentOf } from "./document";
import { escapeHtml, newPage, phrase } from "./prose";
import { cellsOf, type Source } from "./source";

/** The page that leads to all others: one card a notebook. */
export function overviewOf(sources: readonly Source[]): string {
  const body = `<main>
<h1>madmax</h1>
<p>Max-affine splines and deep nets, in notebooks. These pages need no network and no server.</p>
<div class="cards">
${sources.map(cardOf).join("\n")}
</div>
</main>`;
  return documentOf({ title: "madmax: the notebooks", body, css: ownFile("page.css") });
}

function cardOf(source: Source): string {
  const { stem, notebook } = source;
  const page = newPage();
  cellsOf(source, page); // the first sentence may use macros that any cell defines
  const title = escapeHtml(source.title);
  const link = (file: string, kind: string) =>
    `<a href="${encodeURI(file)}" aria-label="${kind}: ${title}">${kind}</a>`;
  return `<article class="card">${thumbnailOf(source)}<h2>${phrase(source.title, page)}</h2>
<p>${phrase(firstSentence(notebook), page)}</p>
<p>${link(`${stem}.html`, "page")} · ${link(`${stem}.slides.html`, "slides")}</p></article>`;
}

/** What a notebook says first, below its title: one sentence of Markdown. */
export function firstSentence({ cells }: Notebook): string {
  for (const cell of cells) {
    if (cell.cell_type !== "markdown") continue;
    const marked = withoutFormulas(joined(cell.source));
    const paragraphs = marked.text.split(/\n\s*\n/).map((text) => text.trim());
    const first = paragraphs.find((text) => /^[^#@|<>!-]/.test(text));
    if (first === undefined) continue;
    // "**Claim.** ..." begins with a label.
    const unlabelled = first.replace(/^\*\*[^*]+[.:]\*\*\s+/, "");
    const [sentence] = /^(?:`[^`]*`|[\s\S])*?(?:[.!?](?=\s|$)|$)/.exec(unlabelled)!;
    return withSources(sentence.replace(/[,;:]$/, "."), marked);
  }
  return "";
}

/** The notebook's first picture; where it has none, a max-affine spline over its number. */
function thumbnailOf({ stem, notebook }: Source): string {
  const pictures = notebook.cells
    .flatMap((cell) => cell.outputs ?? [])
    .map(({ data }) => data?.["image/png"] as string | string[] | undefined);
  const png = joined(pictures.find((picture) => picture !== undefined)).replace(/\s/g, "");
  if (png !== "") return `<img alt="" src="data:image/png;base64,${png}">`;
  const number = escapeHtml(stem.split("-")[0]!);
  return `<svg class="drawn" viewBox="0 0 320 192" aria-hidden="true">
<path d="M20 40 L110 140 L210 150 L300 60" fill="none" stroke="currentColor" stroke-width="4"/>
<text x="160" y="90" font-size="64" text-anchor="middle" fill="currentColor">${number}</text>
</svg>`;
}
