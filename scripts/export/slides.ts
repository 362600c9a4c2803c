import { ownFile, reveal, script } from "./assets";
import { documentOf } from "./document";
import { cellsOf, type Source } from "./source";

const MARKS = ["slide", "subslide", "fragment", "skip", "notes", "-"];

/** A notebook as a deck for reveal.js: its cells' slide marks say what stands on one slide. */
export function slidesOf(source: Source): string {
  const stacks = stacksOf(source).map((stack) => section(stack.map(sheet).join("\n")));
  const { css, code } = reveal();
  return documentOf({
    title: source.title,
    body: `<div class="reveal"><div class="slides">\n${stacks.join("\n")}\n</div></div>`,
    baseCss: css,
    css: ownFile("slides.css"),
    scripts: script(code) + script(ownFile("slides.js")),
  });
}

/** The slides: those below one another form a stack, the stacks stand side by side. */
function stacksOf(source: Source): string[][] {
  const stacks: string[][] = [];
  const cells = cellsOf(source);
  source.notebook.cells.forEach(({ metadata }, index) => {
    const mark = metadata.slideshow?.slide_type ?? "-";
    if (!MARKS.includes(mark)) {
      throw new Error(
        `${source.stem}, cell ${index}: slide mark "${mark}", expected one of ${MARKS.join(", ")}`,
      );
    }
    if (mark === "skip") return;
    const html = cells[index]!;
    const stack = stacks.at(-1);
    if (mark === "slide" || stack === undefined) stacks.push([html]);
    else if (mark === "subslide") stack.push(html);
    else stack.push(`${stack.pop()}\n${wrapped(html, mark)}`);
  });
  return stacks;
}

function wrapped(html: string, mark: string): string {
  if (mark === "notes") return `<aside class="notes">${html}</aside>`;
  return mark === "fragment" ? `<div class="fragment">${html}</div>` : html;
}

const section = (html: string): string => `<section>\n${html}\n</section>`;

/** One slide; what stands on its sheet shrinks together. */
const sheet = (html: string): string => section(`<div class="sheet">\n${html}\n</div>`);
