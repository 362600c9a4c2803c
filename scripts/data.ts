// npm run data: fetches CIFAR-10 into data/cifar10, from its official archive, or from a folder
// that has its binary files: npm run data -- --from FOLDER
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ARCHIVE, download, install, readFolder, unpack } from "./data/cifar10";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: "string" },
      to: { type: "string", default: join(__dirname, "..", "..", "data", "cifar10") },
    },
  });
  if (values.from === undefined) console.log(`fetching ${ARCHIVE.address} (170 MB)`);
  const files =
    values.from === undefined
      ? unpack(await download(console.log))
      : readFolder(resolve(values.from));
  for (const line of install(files, resolve(values.to))) console.log(line);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
