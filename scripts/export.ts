// npm run export [-- names]: makes of each notebook one page and one deck of slides that need no
// network and no server, and an index of them, in export/.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { checkReplaceable, replaceFolder } from "./export/folder";
import { overviewOf } from "./export/overview";
import { pageOf } from "./export/page";
import { slidesOf } from "./export/slides";
import { sourceOf } from "./export/source";
import { chosen } from "./notebooks/options";

const root = join(__dirname, "..", "..");

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: "string", default: join(root, "notebooks") },
      to: { type: "string", default: join(root, "export") },
    },
  });
  const [from, to] = [resolve(values.from), resolve(values.to)];
  if (!existsSync(from)) throw new Error(`there is no folder ${from}: --from names another one`);
  checkReplaceable(to);
  const sources = chosen(positionals, from).map((name) => sourceOf(join(from, name)));
  if (sources.length === 0) throw new Error(`there are no notebooks (*.ipynb) in ${from}`);

  // Everything is made before anything of the old is touched.
  const files = new Map<string, string>();
  const add = (name: string, html: string) => {
    if (files.has(name)) throw new Error(`two of the files would be ${name}: rename a notebook`);
    files.set(name, html);
  };
  add("index.html", overviewOf(sources));
  for (const source of sources) {
    add(`${source.stem}.html`, pageOf(source));
    add(`${source.stem}.slides.html`, slidesOf(source));
  }
  replaceFolder(to, files);

  let total = 0;
  for (const [name, html] of files) {
    const bytes = Buffer.byteLength(html);
    total += bytes;
    console.log(`${name}: ${megabytes(bytes)}`);
  }
  console.log(`${files.size} files, ${megabytes(total)}: open ${join(to, "index.html")}`);
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
