import { katexCss, ownFile, plotlyScript, script, style, vegaScripts } from "./assets";
import { needs } from "./cells";
import { escapeHtml } from "./prose";

/** What goes into a document besides the libraries that its body needs. */
export interface DocumentParts {
  title: string;
  body: string;
  /** Style sheets that ours build on. */
  baseCss?: string;
  css: string;
  /** Script elements to run last. */
  scripts?: string;
}

/** A whole document with everything in it that it needs: it asks nothing of the network. */
export function documentOf({
  title,
  body,
  baseCss = "",
  css,
  scripts = "",
}: DocumentParts): string {
  const { vega, plotly } = needs(body);
  const parts = [
    ...(vega ? [vegaScripts()] : []),
    ...(plotly ? [plotlyScript()] : []),
    ...(vega || plotly ? [script(ownFile("figures.js"))] : []),
    scripts,
  ];
  const formulas = body.includes('class="katex') ? style(katexCss()) : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
${style(baseCss)}
${formulas}
${style(ownFile("content.css") + css)}
</head>
<body>
${body}
${parts.join("\n")}
</body>
</html>
`;
}
