import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Whatever is written while testing; everything else is a link to the project's own. */
const COPIED = ["lib", "dist"];
const UNSEEN = [".git"];

/**
 * A frozen copy of the project in which compiled files are replaced by mutated ones. The project
 * itself may change meanwhile: sources, tests and results stay those of one moment. The package
 * is named madmax there as well, so what imports `madmax` by name gets the copy.
 */
export class Checkout {
  readonly folder: string;
  readonly #options: ts.CompilerOptions;

  private constructor(folder: string) {
    this.folder = folder;
    const { config } = ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, folder);
    this.#options = { ...options, sourceMap: false, declaration: false };
  }

  /** The copy that stands in `cache`, made first if there is none. */
  static open(root: string, cache: string): Checkout {
    const folder = join(cache, "checkout");
    if (!existsSync(folder)) copy(root, cache, folder);
    return new Checkout(folder);
  }

  /** The source files of a folder of the library, as `lib/spline/…`, sorted. */
  sources(folder: string): string[] {
    return readdirSync(join(this.folder, "lib", folder), { recursive: true })
      .map((name) => `lib/${folder}/${String(name).replaceAll("\\", "/")}`)
      .filter((name) => name.endsWith(".ts"))
      .sort();
  }

  /** The test files of all wanted folders of tests, as `dist/test/…`, sorted. */
  tests(wanted: (folder: string) => boolean): string[] {
    return readdirSync(join(this.folder, "dist", "test"), { recursive: true })
      .map((name) => String(name).replaceAll("\\", "/"))
      .filter((name) => name.endsWith(".test.js") && wanted(name.split("/")[0]!))
      .map((name) => `dist/test/${name}`)
      .sort();
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  compile(source: string): string {
    return ts.transpileModule(source, { compilerOptions: this.#options }).outputText;
  }

  /** Puts compiled text in the place of what a source file was compiled to. */
  place(file: string, compiled: string): void {
    writeFileSync(join(this.folder, compiledName(file)), compiled);
  }

  /** Compiles source files as they are: whatever a killed run left of its mutant is gone. */
  restore(files: readonly string[]): void {
    for (const file of files) this.place(file, this.compile(this.read(file)));
  }
}

/** Where the compiler puts a source file. */
export const compiledName = (file: string): string => `dist/${file.replace(/\.ts$/, ".js")}`;

function copy(root: string, cache: string, folder: string): void {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  for (const name of readdirSync(root)) {
    if (UNSEEN.includes(name)) continue;
    if (COPIED.includes(name)) cpSync(join(root, name), join(unfinished, name), COPY);
    else symlinkSync(join(root, name), join(unfinished, name));
  }
  // Some tests read fixtures from a folder beside the project.
  const [shared, link] = [join(root, "..", "shared"), join(cache, "shared")];
  if (existsSync(shared) && !existsSync(link)) symlinkSync(shared, link);
  renameSync(unfinished, folder);
}

const COPY = { recursive: true, preserveTimestamps: true };
