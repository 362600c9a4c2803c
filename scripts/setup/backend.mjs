// Chooses the TensorFlow.js backend: ready-made download, wheel and own build, wasm, cpu; the first
// that computes. What was chosen, and why not a faster one, is kept in .cache/backend.json for the
// library to show.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError, run } from "./command.mjs";
import { fingerprint, mark, marked, unmark, writeWhole } from "./fingerprint.mjs";
import { buildFromWheel, cachedNative, download, linkNative } from "./nativeBackend.mjs";

const BACKENDS = ["native", "wasm", "cpu"];
const WAYS = [
  { way: "download", title: "native backend: ready-made download", make: download },
  {
    way: "wheel",
    title: "native backend: libtensorflow from its wheel, addon built here",
    make: buildFromWheel,
  },
];

/**
 * Makes a backend ready and writes down which. `MADMAX_BACKEND` names the only one to try.
 *
 * @returns {Promise<boolean>} whether there was anything to do
 */
export async function installBackend({ root, report, started, python, packagesChanged }) {
  const wanted = process.env.MADMAX_BACKEND || undefined;
  if (wanted !== undefined && !BACKENDS.includes(wanted)) {
    throw new Error(`MADMAX_BACKEND is ${wanted}: it must be one of ${BACKENDS.join(", ")}.`);
  }
  const { version } = JSON.parse(
    readFileSync(join(root, "node_modules/@tensorflow/tfjs-node/package.json"), "utf8"),
  );
  const record = join(root, ".cache", "backend.json");
  const marker = join(root, ".cache", "backend.mark");
  const print = fingerprint(version, process.version, wanted ?? "any", root);
  if (!packagesChanged && marked(marker, print)) return false;
  unmark(marker);

  const attempts = [];
  const attempt = async (backend, way, work) => {
    const name = way === undefined ? backend : `${backend} (${way})`;
    try {
      await work();
      const tensorflow = await compute(root, backend, report, started);
      attempts.push({ name, outcome: "works" });
      writeWhole(
        record,
        `${JSON.stringify({ backend, way, tensorflow, wanted, attempts }, null, 2)}\n`,
      );
      mark(marker, print);
      report.say(
        `  TensorFlow.js runs on: ${name}${tensorflow ? `, TensorFlow ${tensorflow}` : ""}`,
      );
      return true;
    } catch (error) {
      const why = reason(error);
      attempts.push({ name, outcome: why });
      report.log(`${error.stack}\n`);
      report.say(`  ${name} won't do: ${why}`);
      return false;
    }
  };

  for (const backend of wanted === undefined ? BACKENDS : [wanted]) {
    if (backend !== "native") {
      if (await report.step(`${backend} backend`, () => attempt(backend, undefined, () => {})))
        return true;
      continue;
    }
    for (const { way } of WAYS) {
      const cached = () => linkNative(root, cachedNative(way, version));
      if (cached() && (await attempt(backend, way, () => {}))) return true;
    }
    for (const { way, title, make } of WAYS) {
      const work = async () => {
        await make({ root, report, started, version, python });
        linkNative(root, cachedNative(way, version));
      };
      if (await report.step(title, () => attempt(backend, way, work))) return true;
    }
  }
  throw new Error(
    `no TensorFlow.js backend works here (${attempts.map(({ name }) => name).join(", ")}): see .cache/setup.log`,
  );
}

// A backend counts as working when it has computed something, in a process of its own: a broken
// addon takes its process down.
async function compute(root, backend, report, started) {
  const script = join(root, "scripts", "setup", "tryBackend.cjs");
  const output = await run(process.execPath, [script, backend], {
    cwd: root,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" },
    minutes: 2,
    log: report.log,
    started,
  });
  return /^TensorFlow (\S+)$/m.exec(output)?.[1];
}

// The one line out of a failure that tells the reader something.
function reason(error) {
  const lines = error.message.split("\n").map((line) => line.trim());
  if (!(error instanceof CommandError)) return lines[0];
  const telling = lines.findLast((line) =>
    /error|cannot|no such|not found|failed|refused/i.test(line),
  );
  return telling === undefined ? lines[0] : `${lines[0]}: ${telling}`;
}
