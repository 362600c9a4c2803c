import katex from "katex";
import MarkdownIt from "markdown-it";
import { type Formula, type MarkedText, withoutFormulas } from "../notebooks/formulas";
import { type Attachments, joined } from "../notebooks/notebook";

/** What the texts of one page share. */
export interface PageContext {
  /** Macros that its formulas define: like Jupyter, later formulas know them. */
  readonly macros: Record<string, string>;
  /** Ids of its headings. */
  readonly ids: Set<string>;
}

/** The context of a page on which nothing stands yet. */
export function newPage(): PageContext {
  // Formulas aren't numbered, so that a label has nothing to name.
  return { macros: { "\\label": "\\@firstoftwo{}{#1}" }, ids: new Set() };
}

/** Renders Markdown with its formulas. @throws on a formula that is none, and on a picture that
 *  isn't attached */
export function prose(markdown: string, page = newPage(), attachments: Attachments = {}): string {
  return rendered(markdown, page, attachments, (text, env) => renderer.render(text, env));
}

/** Renders Markdown that stands within a line. @throws on a formula that is none */
export function phrase(markdown: string, page = newPage()): string {
  return rendered(markdown, page, {}, (text, env) => renderer.renderInline(text, env));
}

/** Text for HTML. */
export function escapeHtml(text: string): string {
  return renderer.utils.escapeHtml(text);
}

type Token = ReturnType<MarkdownIt["parse"]>[number];

/** What a text is rendered with. */
interface Environment {
  marked: MarkedText;
  page: PageContext;
  attachments: Attachments;
}

function rendered(
  markdown: string,
  page: PageContext,
  attachments: Attachments,
  render: (text: string, env: Environment) => string,
): string {
  const marked = withoutFormulas(markdown);
  const html = render(marked.text, { marked, page, attachments });
  // Marks that are left stand in code and in addresses: there a formula is text.
  return html.replace(marked.mark, (_, index: string) =>
    escapeHtml(marked.formulas[Number(index)]!.source),
  );
}

const renderer = new MarkdownIt({ html: false, typographer: false });

renderer.core.ruler.push("formulas", (state) => {
  const { formulas, mark } = (state.env as Environment).marked;
  const formulaToken = ({ tex, display }: Formula): Token => {
    const token = new state.Token("formula", "math", 0);
    token.content = tex;
    token.block = display;
    return token;
  };
  const split = (token: Token): Token[] => {
    if (token.type !== "text") {
      // What a picture is called can't be typeset.
      for (const child of token.children ?? []) {
        child.content = child.content.replace(mark, (_, index: string) => formulas[+index]!.tex);
      }
      return [token];
    }
    return token.content.split(mark).flatMap((part, i) => {
      if (i % 2 === 1) return [formulaToken(formulas[Number(part)]!)];
      const text = new state.Token("text", "", 0);
      text.content = part;
      return part === "" ? [] : [text];
    });
  };
  for (const token of state.tokens) {
    if (token.children !== null) token.children = token.children.flatMap(split);
  }
});

const { rules } = renderer.renderer;

rules.formula = (tokens, index, _, env: Environment) => {
  const { content, block: displayMode } = tokens[index]!;
  const { macros } = env.page;
  return katex.renderToString(content, {
    displayMode,
    macros,
    globalGroup: true,
    throwOnError: true,
    strict: false,
  });
};

// Named as Jupyter names them, so that links to a heading lead there.
rules.heading_open = (tokens, index, options, env: Environment, self) => {
  const words = (tokens[index + 1]!.children ?? []).map(({ content }) => content);
  const id = words.join("").trim().replace(/\s/g, "-");
  if (id !== "" && !env.page.ids.has(id)) {
    env.page.ids.add(id);
    tokens[index]!.attrSet("id", id);
  }
  return self.renderToken(tokens, index, options);
};

rules.link_open = (tokens, index, options, env: Environment, self) => {
  const href = tokens[index]!.attrGet("href") ?? "";
  // Notebooks link to one another by file; their pages do by page.
  const page = href.replace(/^(?:\.\/)*([^:/?#]+)\.ipynb(#.*)?$/, "$1.html$2");
  tokens[index]!.attrSet("href", attachedAt(page, env.attachments));
  return self.renderToken(tokens, index, options);
};

const image = rules.image!;
rules.image = (tokens, index, options, env: Environment, self) => {
  const src = tokens[index]!.attrGet("src") ?? "";
  tokens[index]!.attrSet("src", attachedAt(src, env.attachments));
  return image(tokens, index, options, env, self);
};

/** An address; that of an attachment as the data itself. @throws Error if it isn't attached */
function attachedAt(address: string, attachments: Attachments): string {
  const named = /^attachment:(.*)$/s.exec(address);
  if (named === null) return address;
  const names = [named[1]!, decodeURIComponent(named[1]!)];
  const name = names.find((candidate) => Object.hasOwn(attachments, candidate));
  const [type, data] = Object.entries(name === undefined ? {} : attachments[name]!)[0] ?? [];
  if (type === undefined || data === undefined) {
    const those = Object.keys(attachments).join(", ") || "nothing";
    throw new Error(`"${names[1]}" isn't attached to the cell: attached is ${those}`);
  }
  const content = joined(data);
  // Texts, such as SVG, may be stored as they are.
  return /^[A-Za-z0-9+/=\s]*$/.test(content)
    ? `data:${type};base64,${content.replace(/\s/g, "")}`
    : `data:${type},${encodeURIComponent(content)}`;
}
