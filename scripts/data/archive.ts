import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { DataFormatError } from "../../lib/data";
import { readTar, type TarMember } from "./tar";

/** Where an archive is published, and what it must be to the last byte. */
export interface Archive {
  readonly url: string;
  readonly size: number;
  readonly md5: string;
  readonly sha256: string;
}

/** CIFAR-10, binary version; the MD5 sum is the one its authors publish beside it. */
export const CIFAR10_ARCHIVE: Archive = {
  url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
  size: 170_052_171,
  md5: "c32a1d4ab5d03f1284b67883e8d87530",
  sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
};

/** Unpacked, CIFAR-10 has 184 MB: more than this is no archive of it. */
const LARGEST_UNPACKED = 2 ** 28;
/** Compressing never makes a file larger by more than a thousandth and a header. */
export const LARGEST_ARCHIVE = 2 ** 28 + 2 ** 19;
/** Milliseconds without a byte after which a download is given up. */
const PATIENCE = 30_000;

/** An archive that couldn't be fetched. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
}

/**
 * Fetches an archive into `target`, by way of `part`, a file beside it that is gone afterwards:
 * `target` is there whole or not at all. Tells of progress in lines, one for each tenth.
 * @throws DownloadError without a network, or if what comes isn't the archive
 */
export async function download(
  archive: Archive,
  target: string,
  part: string,
  log: (line: string) => void,
): Promise<void> {
  const stop = new AbortController();
  const idle = setTimeout(() => stop.abort(new Error("no data for 30 s")), PATIENCE);
  const sums = [createHash("md5"), createHash("sha256")] as const;
  const file = await open(part, "w");
  try {
    // Bytes as they are stored: some servers call an archive a compressed answer.
    const headers = { "accept-encoding": "identity" };
    const response = await fetch(archive.url, { headers, signal: stop.signal });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    let done = 0;
    // The DOM's types, which come with TensorFlow.js, don't know that a body can be iterated.
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      idle.refresh();
      const tenth = Math.floor((10 * done) / archive.size);
      done += chunk.length;
      if (done > archive.size) throw new Error(`more than its ${archive.size} bytes`);
      for (const sum of sums) sum.update(chunk);
      await file.write(chunk);
      const reached = Math.floor((10 * done) / archive.size);
      if (reached > tenth) log(`  ${reached * 10} % of ${megabytes(archive.size)}`);
    }
    if (done < archive.size) throw new Error(`${done} of its ${archive.size} bytes`);
    const [md5, sha256] = sums.map((sum) => sum.digest("hex"));
    if (md5 !== archive.md5 || sha256 !== archive.sha256) {
      throw new Error(
        `check sums ${md5} and ${sha256}, expected ${archive.md5} and ${archive.sha256}`,
      );
    }
    await file.close();
    await rename(part, target);
  } catch (error) {
    throw new DownloadError(`${archive.url} couldn't be fetched: ${reason(error)}`);
  } finally {
    clearTimeout(idle);
    await file.close();
    await rm(part, { force: true });
  }
}

/** Whether these bytes are the archive. */
export function isArchive(bytes: Uint8Array, archive: Archive): boolean {
  const sum = (algorithm: string) => createHash(algorithm).update(bytes).digest("hex");
  return (
    bytes.length === archive.size && sum("md5") === archive.md5 && sum("sha256") === archive.sha256
  );
}

/**
 * The plain files of a gzipped tar archive; `file` is the name for messages.
 * @throws DataFormatError on anything else
 */
export function unpack(bytes: Uint8Array, file: string): TarMember[] {
  let tar: Uint8Array;
  try {
    tar = gunzipSync(bytes, { maxOutputLength: LARGEST_UNPACKED });
  } catch (error) {
    const found = `${bytes.length} bytes that can't be decompressed (${reason(error)})`;
    throw new DataFormatError(file, 0, found, "a gzipped tar archive");
  }
  return readTar(tar, file);
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

// fetch says "fetch failed" and keeps what happened in the cause.
function reason(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}
