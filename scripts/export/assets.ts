import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The project's folder, seen from dist/scripts/export. */
const root = join(__dirname, "..", "..", "..");

/** A file of this folder's sources: style sheets and scripts for the browser. */
export function ownFile(name: string): string {
  return readFileSync(join(root, "scripts", "export", name), "utf8");
}

/** A file of an npm package. */
function packageFile(name: string, file: string): string {
  return readFileSync(packagePath(name, file), "utf8");
}

function packagePath(name: string, file: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), file);
}

/** A style element. */
export const style = (css: string): string =>
  `<style>\n${css.replaceAll("</style", "<\\/style")}\n</style>`;

/** A script element; what would end it early is written in another way that means the same. */
export const script = (code: string): string =>
  `<script>\n${code.replace(/<\/(script)/gi, "<\\/$1")}\n</script>`;

/** Vega and Vega-Lite for the browser. */
export function vegaScripts(): string {
  const vega = packageFile("vega", "build/vega.min.js");
  return script(vega) + script(packageFile("vega-lite", "build/vega-lite.min.js"));
}

/** Plotly for the browser. */
export function plotlyScript(): string {
  return script(packageFile("plotly.js-dist", "plotly.js"));
}

/** reveal.js: its style and its script. */
export function reveal(): { css: string; code: string } {
  const css =
    packageFile("reveal.js", "dist/reset.css") + packageFile("reveal.js", "dist/reveal.css");
  return { css, code: packageFile("reveal.js", "dist/reveal.js") };
}

/** KaTeX's style sheet with its fonts inside. */
export function katexCss(): string {
  const css = packageFile("katex", "dist/katex.min.css");
  return css.replace(/src:(url\([^;}]*)/g, (_, sources: string) => {
    const file = /url\((fonts\/[^)]+\.woff2)\)/.exec(sources)![1]!;
    const font = readFileSync(packagePath("katex", join("dist", file))).toString("base64");
    return `src:url(data:font/woff2;base64,${font}) format("woff2")`;
  });
}
