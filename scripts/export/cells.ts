import hljs from "highlight.js/lib/core";
import typescript from "highlight.js/lib/languages/typescript";
import { type Cell, joined, type Output } from "../notebooks/notebook";
import { escapeHtml, prose } from "./prose";

hljs.registerLanguage("typescript", typescript);

const VEGA_LITE = "application/vnd.vegalite.v5+json";
const PLOTLY = "application/vnd.plotly.v1+json";

/** Which libraries the figures of some HTML need in the browser. */
export function needs(html: string): { vega: boolean; plotly: boolean } {
  return { vega: html.includes('data-kind="vega"'), plotly: html.includes('data-kind="plotly"') };
}

/** A cell as HTML: prose, or code and its outputs. */
export function htmlOfCell(cell: Cell): string {
  const source = joined(cell.source);
  if (cell.cell_type === "markdown") return prose(source);
  if (cell.cell_type === "raw") return "";
  const code = hljs.highlight(source, { language: "typescript" }).value;
  return `<pre class="code"><code>${code}</code></pre>${(cell.outputs ?? []).map(htmlOfOutput).join("\n")}`;
}

/** An output in its richest form that a page can show. */
function htmlOfOutput(output: Output): string {
  if (output.output_type === "stream") {
    return `<pre class="output ${output.name}">${escapeHtml(joined(output.text))}</pre>`;
  }
  if (output.output_type === "error") {
    return `<pre class="output error">${escapeHtml((output.traceback ?? []).join("\n"))}</pre>`;
  }
  const data = output.data ?? {};
  const text = (type: string) => joined(data[type] as string | string[] | undefined);
  if (VEGA_LITE in data) return figure("vega", data[VEGA_LITE], still(output));
  if (PLOTLY in data) return figure("plotly", data[PLOTLY], still(output));
  if ("text/html" in data) return `<div class="output html">${text("text/html")}</div>`;
  if ("image/png" in data) return `<div class="output">${still(output)}</div>`;
  if ("image/svg+xml" in data) return `<div class="output">${text("image/svg+xml")}</div>`;
  const typeset = text("text/latex") || text("text/markdown");
  if (typeset !== "") return `<div class="output">${prose(typeset)}</div>`;
  return `<pre class="output">${escapeHtml(text("text/plain"))}</pre>`;
}

// Live where scripts run, a picture on paper and until then.
function figure(kind: string, spec: unknown, picture: string): string {
  const json = JSON.stringify(spec).replaceAll("<", "\\u003c");
  return (
    `<div class="output figure" data-kind="${kind}"><div class="live"></div>${picture}` +
    `<script type="application/json">${json}</script></div>`
  );
}

function still({ data = {}, metadata = {} }: Output): string {
  const png = joined(data["image/png"] as string | string[] | undefined).replace(/\s/g, "");
  if (png === "") return "";
  const { width } = (metadata["image/png"] ?? {}) as { width?: number };
  const title = escapeHtml(joined(data["text/plain"] as string | string[] | undefined));
  const size = width === undefined ? "" : ` width="${width}"`;
  return `<img class="still" alt="${title}"${size} src="data:image/png;base64,${png}">`;
}
