// Compiles lib/, test/, bench/ and scripts/ into dist/, and assembly/ into WebAssembly there.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.mjs";
import { fingerprint, mark, marked, unmark } from "./fingerprint.mjs";

/** Builds the project, if its sources have changed; tells whether it did. */
export async function build({ root, report, started }) {
  const marker = join(root, "dist", ".madmax");
  const folders = ["lib", "test", "bench", "scripts", "assembly"].map((name) => join(root, name));
  const print = fingerprint(
    { file: join(root, "tsconfig.json") },
    { file: join(root, "package-lock.json") },
    ...folders.filter(existsSync).map((folder) => ({ folder })),
  );
  if (marked(marker, print)) return false;
  await report.step("build of the library (tsc)", async () => {
    unmark(marker);
    removeOrphans(root);
    // By its path: node_modules/.bin/tsc is the older TypeScript that tslab brings.
    const compiler = join(root, "node_modules", "typescript", "lib", "tsc.js");
    await run(process.execPath, [compiler, "-p", root, "--pretty", "false"], {
      cwd: root,
      minutes: 5,
      log: report.log,
      started,
    });
    await compileAssembly({ root, report, started });
    mark(marker, print);
  });
  return true;
}

async function compileAssembly({ root, report, started }) {
  const compiler = join(root, "node_modules", "assemblyscript", "bin", "asc.js");
  const options = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"];
  for (const [source, folder] of [
    ["hamming", "distance"],
    ["denseMaps", "partition"],
  ]) {
    const output = ["-o", join("dist", "lib", folder, `${source}.wasm`)];
    await run(
      process.execPath,
      [compiler, join("assembly", `${source}.ts`), ...output, ...options],
      {
        cwd: root,
        minutes: 5,
        log: report.log,
        started,
      },
    );
  }
}

// The compiler leaves what it made of a source that is no longer there: a test deleted would go on
// being run.
function removeOrphans(root) {
  const dist = join(root, "dist");
  if (!existsSync(dist)) return;
  for (const name of readdirSync(dist, { recursive: true })) {
    const source = /^(.*?)(\.js|\.js\.map|\.d\.ts)$/.exec(name)?.[1];
    if (source !== undefined && !existsSync(join(root, `${source}.ts`))) rmSync(join(dist, name));
  }
}
