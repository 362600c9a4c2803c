// The two ways to TensorFlow.js' native backend: its own download, or libtensorflow from a Python
// wheel and the addon built here. Either makes one folder with deps/ and lib/, laid out as in the
// npm package, in a cache that outlives node_modules.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { run } from "./command.mjs";
import { npmCli } from "./npm.mjs";

const PACKAGE = join("node_modules", "@tensorflow", "tfjs-node");
// Built against N-API 8, so that one addon serves every Node version that we take.
const ADDON = join("lib", "napi-v8", "tfjs_binding.node");

/** The folder of this user's cache: `MADMAX_CACHE`, or madmax in the system's cache folder. */
export function cacheFolder(env = process.env) {
  return env.MADMAX_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "madmax");
}

/** Where the native backend made in the given way is kept. */
export function cachedNative(way, version) {
  return join(cacheFolder(), `tfjs-node-${version}-${process.platform}-${process.arch}-${way}`);
}

/** Lays a native backend from the cache into node_modules; false if the cache doesn't have it. */
export function linkNative(root, folder) {
  if (!existsSync(join(folder, ADDON))) return false;
  const target = join(root, PACKAGE);
  rmSync(join(target, "deps"), { recursive: true, force: true });
  symlinkSync(join(folder, "deps"), join(target, "deps"), "junction");
  // A copy, since the addon looks for its libraries beside itself, where a link would not be.
  mkdirSync(dirname(join(target, ADDON)), { recursive: true });
  copyFileSync(join(folder, ADDON), join(target, ADDON));
  return true;
}

/** The package's own way: libtensorflow and the addon ready-made from its download host. */
export async function download({ root, report, started, version }) {
  const manifest = JSON.parse(readFileSync(join(root, PACKAGE, "package.json"), "utf8"));
  await reachable(manifest.binary.host);
  await staged("download", version, root, async (stage) => {
    await run(process.execPath, [join(stage, "scripts", "install.js")], {
      cwd: stage,
      env: {
        ...process.env,
        NODE_PATH: join(root, "node_modules"),
        PATH: join(root, "node_modules", ".bin") + delimiter + process.env.PATH,
      },
      minutes: 20,
      log: report.log,
      started,
    });
  });
}

// The installer itself has no time limit for a host that doesn't answer.
async function reachable(address) {
  const { host, origin } = new URL(address);
  try {
    await fetch(origin, { method: "HEAD", signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    throw new Error(`${host} can't be reached (${error.cause?.code ?? error.name})`);
  }
}

/** Our own way: libtensorflow out of the Python wheel, the addon compiled from the package's source. */
export async function buildFromWheel({ root, report, started, version, python }) {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`no wheel with libtensorflow for ${process.platform}-${process.arch}`);
  }
  const options = { cwd: root, log: report.log, started };
  await staged("wheel", version, root, async (stage) => {
    const wheels = join(stage, "wheel");
    const lock = join(root, "scripts", "setup", "tensorflow.lock");
    // The wheel's Python is named, since any Python can fetch it and none will run it.
    const tags = ["--python-version=3.11", "--abi=cp311", "--platform=manylinux_2_27_x86_64"];
    await run(
      python,
      [
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
        ...tags,
      ].concat(
        ["--no-input", "--disable-pip-version-check", "--progress-bar=off", "--no-cache-dir"],
        ["-d", wheels, "-r", lock],
      ),
      { ...options, minutes: 20 },
    );
    const [wheel] = readdirSync(wheels);
    const unpack = join(root, "scripts", "setup", "unpack_wheel.py");
    await run(python, [unpack, join(wheels, wheel), join(stage, "deps")], {
      ...options,
      minutes: 5,
    });
    rmSync(wheels, { recursive: true });
    await compile(stage, options);
  });
}

async function compile(stage, options) {
  const gyp = join(dirname(npmCli()), "..", "node_modules", "node-gyp", "bin", "node-gyp.js");
  const prefix = join(dirname(process.execPath), "..");
  const configured = (
    await run(process.execPath, [npmCli(), "config", "get", "nodedir"], { ...options, minutes: 1 })
  ).trim();
  // Without headers at hand node-gyp fetches those of this Node version from nodejs.org.
  const headers = [configured, prefix].find((folder) =>
    existsSync(join(folder, "include", "node", "node_api.h")),
  );
  const flags = headers === undefined ? [] : [`--nodedir=${headers}`];
  const defines = [
    "-Dnapi_build_version=8",
    "-Dmodule_name=tfjs_binding",
    "-Dmodule_path=lib/napi-v8",
  ];
  await run(process.execPath, [gyp, "rebuild", ...flags, "--", ...defines], {
    ...options,
    cwd: stage,
    minutes: 10,
  });
  rmSync(join(stage, "build"), { recursive: true, force: true });
}

// Works on a copy of the package's sources inside the cache, and moves the result into place in one
// step: a kill in between leaves nothing that could be taken for finished.
async function staged(way, version, root, work) {
  const finished = cachedNative(way, version);
  const stage = `${finished}.partial`;
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  for (const name of ["binding", "binding.gyp", "package.json", "scripts"]) {
    cpSync(join(root, PACKAGE, name), join(stage, name), { recursive: true });
  }
  try {
    await work(stage);
    if (!existsSync(join(stage, ADDON))) throw new Error(`it left no ${ADDON}`);
    rmSync(finished, { recursive: true, force: true });
    renameSync(stage, finished);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
