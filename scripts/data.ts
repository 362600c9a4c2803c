// npm run data [-- --from FOLDER or ARCHIVE] [--to FOLDER]: puts the binary version of CIFAR-10 into
// data/cifar10, from its authors' archive or from a local copy, after checking every file.
import { existsSync, rmSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readDataFile } from "../lib/data/readDataFile";
import {
  CIFAR10_ARCHIVE,
  DownloadError,
  download,
  isArchive,
  LARGEST_ARCHIVE,
} from "./data/archive";
import { archiveFiles, install, isComplete, sourceFiles } from "./data/cifar10Files";

const root = join(__dirname, "..", "..");
// npm changes to the project's folder: names are meant from where the command was typed.
const here = process.env.INIT_CWD ?? process.cwd();
const log = (line: string): void => console.log(line);

interface Places {
  readonly from: string | undefined;
  readonly target: string;
  /** For what isn't finished; git leaves it out. */
  readonly cache: string;
  /** Names of this run's own unfinished things. */
  readonly staging: string;
  readonly part: string;
}

function placesOf(args: string[]): Places {
  const { values } = parseArgs({
    args,
    options: { from: { type: "string" }, to: { type: "string" } },
  });
  const target = values.to === undefined ? join(root, "data", "cifar10") : resolve(here, values.to);
  const cache = join(dirname(target), "cache");
  return {
    from: values.from === undefined ? undefined : resolve(here, values.from),
    target,
    cache,
    staging: join(cache, `cifar10.unfinished-${process.pid}`),
    part: join(cache, `archive.unfinished-${process.pid}`),
  };
}

async function fetchOfficial({ target, cache, staging, part }: Places): Promise<void> {
  if (await isComplete(target).catch(() => false)) {
    log(`all 60000 images of CIFAR-10 are in ${target}`);
    return;
  }
  const archive = join(cache, basename(CIFAR10_ARCHIVE.url));
  let bytes = existsSync(archive) ? readDataFile(archive, LARGEST_ARCHIVE) : undefined;
  if (bytes === undefined || !isArchive(bytes, CIFAR10_ARCHIVE)) {
    log(`fetching ${CIFAR10_ARCHIVE.url}`);
    await download(CIFAR10_ARCHIVE, archive, part, log);
    bytes = readDataFile(archive, LARGEST_ARCHIVE);
  }
  log(`check sums agree; unpacking into ${target}`);
  await install(archiveFiles(bytes, archive), target, staging, log);
  await rm(archive);
}

async function copyLocal(from: string, { target, staging }: Places): Promise<void> {
  if (from === target) throw new Error(`${from} can't be copied onto itself`);
  log(`checking ${from}, copying into ${target}`);
  await install(await sourceFiles(from), target, staging, log);
}

// What a run left that was killed outright; runs that are still going keep theirs.
async function sweep(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const id = /\.unfinished-(\d+)$/.exec(name)?.[1];
    if (id !== undefined && !isRunning(Number(id))) {
      await rm(join(cache, name), { recursive: true, force: true });
    }
  }
}

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function main(): Promise<void> {
  const places = placesOf(process.argv.slice(2));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      for (const place of [places.staging, places.part]) {
        rmSync(place, { recursive: true, force: true });
      }
      log(`stopped by ${signal}: ${places.target} is as it was`);
      process.exit(130);
    });
  }
  await mkdir(places.cache, { recursive: true });
  await sweep(places.cache);
  if (places.from === undefined) await fetchOfficial(places);
  else await copyLocal(places.from, places);
}

main().catch((error: Error) => {
  const advice =
    error instanceof DownloadError
      ? "; fetch that file elsewhere and run npm run data -- --from FILE"
      : "";
  console.error(`${error.message}${advice}`);
  process.exitCode = 1;
});
