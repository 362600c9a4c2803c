// npm run notebooks [-- names] [--check] [--scale ci|lecture|full]: executes the notebooks by
// nbconvert, in parallel, and collects their claims. Without --check or --scratch the outputs are
// written back into the notebooks, of each one only if all of it passed.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRecord } from "../lib/backend/record";
import { claimsOf, type NotebookReport, writeReport } from "./notebooks/claims";
import { compare, TOLERANCE_IN_WORDS } from "./notebooks/compare";
import { execute, killExecutions } from "./notebooks/execution";
import { lint, pathsIn } from "./notebooks/lint";
import { normalise, withFlush } from "./notebooks/normalise";
import { firstLine, type Notebook, readNotebook, writeNotebook } from "./notebooks/notebook";
import { optionsOf, type RunnerOptions } from "./notebooks/options";
import { titleOf } from "./notebooks/title";

const root = join(__dirname, "..", "..");

/** Runs one notebook from lint to storing, and tells how it went. */
async function run(name: string, options: RunnerOptions, work: string): Promise<NotebookReport> {
  const short = name.slice(0, 2);
  const stored = readNotebook(join(options.folder, name));
  const report = { notebook: name, title: titleOf(stored), claims: [] };
  const failed = (reason: string, claims: NotebookReport["claims"] = []): NotebookReport => {
    console.log(`[${short}] FAILED ${name}: ${reason}`);
    return { ...report, status: "failed", reason, claims };
  };
  const problems = lint(stored);
  if (problems.length > 0) return failed(problems.join("; "));
  const { requires } = stored.metadata.madmax ?? {};
  if (requires !== undefined && requires !== backend()) {
    const reason = `needs the ${requires} backend, here it is ${backend()}`;
    console.log(`[${short}] skipped ${name}: ${reason}`);
    return { ...report, status: "skipped", reason };
  }
  const storedScale = stored.metadata.madmax?.scale;
  if (options.check && storedScale !== options.scale) {
    return failed(
      `its outputs are of scale ${storedScale ?? "none"}, this run is ${options.scale}`,
    );
  }

  const [source, target] = [join(work, name), join(work, "executed", name)];
  writeNotebook(source, withFlush(stored));
  const last = stored.cells.length - 1;
  const failure = await execute({
    ...options,
    root,
    source,
    target,
    onCell: (index) => index <= last && console.log(`[${short}] cell ${index} of ${last}`),
  });
  const fresh = normalise(stored, readNotebook(target), root, options.scale);
  const claims = claimsOf(fresh);
  if (failure !== undefined) return failed(where(failure, stored), claims);
  const paths = pathsIn(fresh);
  if (paths.length > 0) return failed(paths.join("; "), claims);
  if (options.check) {
    const moved = compare(stored, fresh);
    if (moved.length > 0) {
      const what = moved.join("\n  ");
      return failed(`moved since it was stored (${TOLERANCE_IN_WORDS}):\n  ${what}`, claims);
    }
  } else {
    writeNotebook(join(options.scratch ?? options.folder, name), fresh);
  }
  console.log(`[${short}] passed ${name}, ${claims.length} claims`);
  return { ...report, status: "passed", claims };
}

function where(
  failure: { index: number; ename: string; evalue: string },
  stored: Notebook,
): string {
  const error = `${failure.ename}: ${failure.evalue}`;
  const cell = stored.cells[failure.index];
  if (cell === undefined) return `after its last cell: ${error}`;
  return `cell ${failure.index} (${firstLine(cell).trim()}): ${error}`;
}

function backend(): string {
  if (process.env.MADMAX_BACKEND) return process.env.MADMAX_BACKEND;
  const record = readRecord();
  if (record !== undefined) return record.backend;
  throw new Error("there is no .cache/backend.json: run npm start");
}

/** Works through the notebooks, as many at a time as there are jobs. */
async function runAll(options: RunnerOptions, work: string): Promise<NotebookReport[]> {
  const reports: NotebookReport[] = [];
  const waiting = options.names.entries();
  const worker = async () => {
    for (const [index, name] of waiting) {
      reports[index] = await run(name, options, work).catch((error: Error) => {
        console.log(`[${name.slice(0, 2)}] FAILED ${name}: ${error.message}`);
        return { notebook: name, title: name, status: "failed", reason: error.message, claims: [] };
      });
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  return reports;
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2), root);
  const work = mkdtempSync(join(tmpdir(), "madmax-notebooks-"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      killExecutions();
      rmSync(work, { recursive: true, force: true, maxRetries: 5 });
      console.log(`stopped by ${signal}; stored notebooks are as they were, or whole and new`);
      process.exit(130);
    });
  }
  if (options.scratch !== undefined) mkdirSync(options.scratch, { recursive: true });
  mkdirSync(join(work, "executed"));
  const reports = await runAll(options, work);
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  writeReport(options.reports, options.scale, reports);

  const claims = reports.flatMap((report) => report.claims);
  const count = (status: string) => reports.filter((report) => report.status === status).length;
  const held = claims.filter(({ passed }) => passed).length;
  const failed = count("failed") + claims.length - held;
  const skipped = count("skipped");
  console.log(
    `${count("passed") + held} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
  );
  process.exitCode = failed > 0 ? 1 : 0;
}

main().catch((error: Error) => {
  console.error(error.message);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
});
