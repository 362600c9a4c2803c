import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readCifar10 } from "../../lib/data";
import { tarEntries } from "./tar";

/** The official archive, with the MD5 sum that its page gives. */
export const ARCHIVE = {
  address: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
  md5: "c32a1d4ab5d03f1284b67883e8d87530",
} as const;

const WANTED = /^(data_batch_[1-5]|test_batch)\.bin$/;

/** A file of the data set, in memory. */
interface DataFile {
  name: string;
  content: Buffer;
}

/** Downloads the official archive. @throws Error in words for the reader */
export async function download(say: (line: string) => void): Promise<Buffer> {
  let response: Response;
  try {
    response = await fetch(ARCHIVE.address, { signal: AbortSignal.timeout(30 * 60_000) });
  } catch (error) {
    const { cause } = error as Error & { cause?: { code?: string } };
    throw new Error(
      `${ARCHIVE.address} can't be reached (${cause?.code ?? (error as Error).name}). Fetch it elsewhere and run: npm run data -- --from FOLDER`,
    );
  }
  if (!response.ok || response.body === null) {
    throw new Error(`${ARCHIVE.address} answered ${response.status} ${response.statusText}`);
  }
  const total = Number(response.headers.get("content-length"));
  const chunks: Uint8Array[] = [];
  let [done, said] = [0, 0];
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    done += chunk.length;
    if (done - said > 2e7) {
      said = done;
      say(`${Math.round(done / 1e6)} of ${Math.round(total / 1e6)} MB`);
    }
  }
  return Buffer.concat(chunks);
}

/** The data files of an archive. @throws Error if its sum isn't the official one */
export function unpack(archive: Buffer, md5: string = ARCHIVE.md5): DataFile[] {
  const found = createHash("md5").update(archive).digest("hex");
  if (found !== md5) {
    throw new Error(
      `the archive (${archive.length} bytes) has the MD5 sum ${found}, expected ${md5}`,
    );
  }
  return [...tarEntries(gunzipSync(archive))]
    .map(({ name, content }) => ({ name: basename(name), content }))
    .filter(({ name }) => WANTED.test(name));
}

/** The data files in a folder. @throws Error if there are none */
export function readFolder(folder: string): DataFile[] {
  const names = readdirSync(folder).filter((name) => WANTED.test(name));
  if (names.length === 0) {
    throw new Error(
      `${folder} has no file of CIFAR-10: expected data_batch_1.bin …, test_batch.bin`,
    );
  }
  return names.map((name) => ({ name, content: readFileSync(join(folder, name)) }));
}

/**
 * Puts files into a folder, after reading every one of them as the loader will. The folder is there
 * whole or as it was: an interruption leaves nothing half-written.
 */
export function install(files: readonly DataFile[], folder: string): string[] {
  const counts = files.map(
    ({ name, content }) => `${name}: ${readCifar10(content, name).labels.length} images`,
  );
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  for (const { name, content } of files) writeFileSync(join(partial, name), content);
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  return counts;
}
