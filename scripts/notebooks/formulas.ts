/** A formula of a Markdown text. */
export interface Formula {
  /** As it stands in the text, with its delimiters. */
  readonly source: string;
  readonly tex: string;
  /** On lines of its own. */
  readonly display: boolean;
}

/** A Markdown text without its formulas. */
export interface MarkedText {
  /** The text with a mark in place of each formula. */
  readonly text: string;
  readonly formulas: readonly Formula[];
  /** What finds the marks; its group is the index of the formula. */
  readonly mark: RegExp;
}

/** A fenced block of code, or a code span: dollars in it are code. */
const CODE = new RegExp(
  "^[ \\t>]*(?:[-+*][ \\t]+|\\d+[.)][ \\t]+)?(?<fence>`{3,}|~{3,})[^`\\n]*\\n(?:[^]*?\\n)?[ \\t>]*\\k<fence>[`~]*[ \\t]*$" +
    "|(?<![\\\\`])(?<ticks>`+)(?!`)(?:(?!\\n[ \\t]*\\n)[^])*?(?<!`)\\k<ticks>(?!`)",
  "gm",
);
/** What opens or closes a formula, its braces, and what stands between two paragraphs. */
const DELIMITER =
  /\$|\\(?:begin|end)\{[a-z]*\*?\}|\\[{}$]|[{}]|\\\\[()[\]]|(?<paragraph>\n[ \t>]*(?=\n))/gi;
/** Environments that are displayed even between single dollars. */
const DISPLAYED = /^\s*\\begin\{(?:equation|align|alignat|gather|CD)\*?\}/;

interface Delimiter {
  start: number;
  /** Empty between two paragraphs. */
  text: string;
}

/**
 * Takes the formulas out of a Markdown text, so that Markdown reads none of their characters. They
 * are those of JupyterLab (`removeMath` of its package rendermime): between `$`, `$$`, `\\(` and
 * `\\)`, `\\[` and `\\]`, or an environment; outside of code; their braces balance, and they don't
 * reach over a blank line. One rule is ours: the dollars of two prices delimit no formula.
 */
export function withoutFormulas(markdown: string): MarkedText {
  const source = markdown.replace(/\r\n?/g, "\n");
  let sign = "@@";
  while (source.includes(sign)) sign += "@";
  const delimiters = delimitersOf(source);
  const formulas: Formula[] = [];
  let text = "";
  let copied = 0;
  for (let i = 0; i < delimiters.length; i++) {
    const last = closingOf(source, delimiters, i);
    if (last === undefined) {
      if (isPair(source, delimiters[i]!)) i++;
      continue;
    }
    const { start } = delimiters[i]!;
    const formula = formulaOf(source, start, last);
    text += `${source.slice(copied, start)}${sign}${formulas.length}${sign}`;
    formulas.push(formula);
    copied = start + formula.source.length;
    while (i + 1 < delimiters.length && delimiters[i + 1]!.start < copied) i++;
  }
  return {
    text: text + source.slice(copied),
    formulas,
    mark: new RegExp(`${sign}(\\d+)${sign}`, "g"),
  };
}

/** A text in which the sources of formulas stand in place of their marks again. */
export function withSources(text: string, { formulas, mark }: MarkedText): string {
  return text.replace(mark, (_, index: string) => formulas[Number(index)]!.source);
}

/** The delimiters of a text in order, without those in code. */
function delimitersOf(source: string): Delimiter[] {
  const found: Delimiter[] = [];
  let from = 0;
  const read = (to: number) => {
    for (const match of source.slice(from, to).matchAll(DELIMITER)) {
      const text = match.groups!.paragraph === undefined ? match[0] : "";
      found.push({ start: from + match.index, text });
    }
  };
  for (const { index, 0: code, groups } of source.matchAll(CODE)) {
    read(index);
    if (groups!.fence !== undefined) found.push({ start: index, text: "" });
    from = index + code.length;
  }
  read(source.length);
  return found;
}

const isPair = (source: string, { start, text }: Delimiter): boolean =>
  text === "$" && source[start + 1] === "$";

/** The delimiter that ends the formula which a delimiter opens, if it opens one. */
function closingOf(
  source: string,
  delimiters: readonly Delimiter[],
  index: number,
): Delimiter | undefined {
  const opening = delimiters[index]!;
  const end = endOf(opening.text);
  if (end === undefined) return undefined;
  const pair = isPair(source, opening);
  let [braces, nested] = [0, 0];
  // Braces that don't balance are an error to be told of, not a text.
  let last: Delimiter | undefined;
  for (let i = index + (pair ? 2 : 1); i < delimiters.length; i++) {
    const delimiter = delimiters[i]!;
    const { text } = delimiter;
    if (text === "") return last;
    if (text === end && (!pair || isPair(source, delimiter))) {
      if (nested > 0) nested--;
      else if (end === "$" && !pair && arePrices(source, opening, delimiter)) return undefined;
      else if (braces === 0) return delimiter;
      else last = delimiter;
    } else if (text === opening.text && end !== "$") nested++;
    else if (text === "{") braces++;
    else if (text === "}" && braces > 0) braces--;
  }
  return last;
}

function endOf(opening: string): string | undefined {
  if (opening === "$") return "$";
  if (opening === "\\\\(") return "\\\\)";
  if (opening === "\\\\[") return "\\\\]";
  const environment = /^\\begin(.*)$/i.exec(opening);
  return environment === null ? undefined : `\\end${environment[1]}`;
}

/** Whether two dollars are those of "$5 or $6": the first before a digit, the second between a
 *  space and a word. */
function arePrices(source: string, first: Delimiter, second: Delimiter): boolean {
  return (
    /\d/.test(source[first.start + 1] ?? "") &&
    /\s/.test(source[second.start - 1]!) &&
    /[\w\\]/.test(source[second.start + 1] ?? "")
  );
}

function formulaOf(text: string, start: number, last: Delimiter): Formula {
  const opening = /^(?:\$\$?|\\\\[([])?/.exec(text.slice(start, start + 3))![0];
  const source = text.slice(start, last.start + (opening === "$$" ? 2 : last.text.length));
  const inner = source.slice(opening.length, source.length - opening.length);
  // In a quotation each line begins with the quotation's own sign.
  const quoted = /^[ \t]*>/.test(text.slice(text.lastIndexOf("\n", start - 1) + 1, start));
  const tex = quoted ? inner.replace(/\n[ \t]*>/g, "\n") : inner;
  const inline = (opening === "$" || opening === "\\\\(") && !DISPLAYED.test(tex);
  return { source, tex, display: !inline };
}
