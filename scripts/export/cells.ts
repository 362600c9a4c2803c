import hljs from "highlight.js/lib/core";
import typescript from "highlight.js/lib/languages/typescript";
import { type Cell, joined, type Output } from "../notebooks/notebook";
import { terminalText } from "../notebooks/terminal";
import { escapeHtml, newPage, type PageContext, prose } from "./prose";

hljs.registerLanguage("typescript", typescript);

const VEGA_LITE = "application/vnd.vegalite.v5+json";
const PLOTLY = "application/vnd.plotly.v1+json";

/** Which libraries the figures of some HTML need in the browser. */
export function needs(html: string): { vega: boolean; plotly: boolean } {
  return { vega: html.includes('data-kind="vega"'), plotly: html.includes('data-kind="plotly"') };
}

/** A cell as HTML: prose, or code and its outputs. */
export function htmlOfCell(cell: Cell, page = newPage()): string {
  const source = joined(cell.source);
  if (cell.cell_type === "markdown") return prose(source, page, cell.attachments);
  if (cell.cell_type === "raw") return "";
  const { value: code } = hljs.highlight(source, { language: "typescript" });
  const input = source.trim() === "" ? [] : [`<pre class="code"><code>${code}</code></pre>`];
  return [...input, ...(cell.outputs ?? []).map((output) => htmlOfOutput(output, page))].join("\n");
}

/** An output in its richest form that a page can show. @throws Error if there is none */
function htmlOfOutput(output: Output, page: PageContext): string {
  if (output.output_type === "stream") {
    return `<pre class="output ${output.name}">${plain(joined(output.text))}</pre>`;
  }
  if (output.output_type === "error") {
    const traceback = (output.traceback ?? []).join("\n");
    return `<pre class="output error">${plain(traceback || `${output.ename}: ${output.evalue}`)}</pre>`;
  }
  const data = output.data ?? {};
  const text = (type: string) => joined(data[type] as string | string[] | undefined);
  if (VEGA_LITE in data) return figure("vega", data[VEGA_LITE], output);
  if (PLOTLY in data) return figure("plotly", data[PLOTLY], output);
  if ("text/html" in data) return `<div class="output html">${text("text/html")}</div>`;
  if ("image/png" in data) return `<div class="output">${still(output)}</div>`;
  if ("image/svg+xml" in data) {
    return `<div class="output" role="img" aria-label="${nameOf(output)}">${text("image/svg+xml")}</div>`;
  }
  const typeset = text("text/latex") || text("text/markdown");
  if (typeset !== "") return `<div class="output">${prose(typeset, page)}</div>`;
  if ("text/plain" in data) return `<pre class="output">${plain(text("text/plain"))}</pre>`;
  throw new Error(`an output can't be shown: it has ${Object.keys(data).join(", ") || "no form"}`);
}

/** Text of a terminal as HTML. */
const plain = (text: string): string => escapeHtml(terminalText(text));

// Live where scripts run, a picture on paper and until then.
function figure(kind: string, spec: unknown, output: Output): string {
  const json = JSON.stringify(spec).replaceAll("<", "\\u003c");
  return (
    `<div class="output figure" data-kind="${kind}" role="group" aria-label="${nameOf(output)}">` +
    `<div class="live"></div>${still(output)}` +
    `<script type="application/json">${json}</script></div>`
  );
}

/** What an output is called, for those who can't see it: its form as text. */
const nameOf = ({ data }: Output): string =>
  escapeHtml(joined(data?.["text/plain"] as string | string[] | undefined));

/** An output's picture, if it has one. */
function still(output: Output): string {
  const { data = {}, metadata = {} } = output;
  const png = joined(data["image/png"] as string | string[] | undefined).replace(/\s/g, "");
  if (png === "") return "";
  const { width } = (metadata["image/png"] ?? {}) as { width?: number };
  const size = width === undefined ? "" : ` width="${width}"`;
  return `<img class="still" alt="${nameOf(output)}"${size} src="data:image/png;base64,${png}">`;
}
