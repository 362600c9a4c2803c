// npm run bench: prints how much faster ours is than a named reference, timed in the same run.
import { useBackend } from "../lib";
import { benchAffineMaps } from "./affineMaps";
import { benchCodeDistance } from "./codeDistance";
import { benchQuantisation } from "./quantisation";
import { benchMasoCode } from "./masoCode";

async function main(): Promise<void> {
  console.log(String(await useBackend()));
  benchAffineMaps();
  benchCodeDistance();
  await benchQuantisation();
  benchMasoCode();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
