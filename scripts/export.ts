// npm run export [-- names]: makes of each notebook one page and one deck of slides that need no
// network and no server, and an index of them, in export/.
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
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
  const sources = chosen(positionals, from).map((name) => sourceOf(join(from, name)));
  // Everything is made before anything of the old is touched.
  const partial = `${to}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const write = (name: string, html: string) => {
    writeFileSync(join(partial, name), html);
    const megabytes = statSync(join(partial, name)).size / 1e6;
    console.log(`${name}: ${megabytes.toFixed(1)} MB`);
  };
  for (const source of sources) {
    write(`${source.stem}.html`, pageOf(source));
    write(`${source.stem}.slides.html`, slidesOf(source));
  }
  write("index.html", overviewOf(sources));
  const old = `${to}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(to)) renameSync(to, old);
  renameSync(partial, to);
  rmSync(old, { recursive: true, force: true });
  console.log(`open ${join(to, "index.html")}`);
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
