// npm run bench: prints how much faster ours is than a named reference, timed in the same run.
import { useBackend } from "../lib";
import { benchAffineMaps } from "./affineMaps";
import { benchCodeDistance } from "./codeDistance";
import { benchFitting } from "./fitting";
import { benchMasoCode } from "./masoCode";
import { benchPartition } from "./partition";
import { benchQuantisation } from "./quantisation";
import { benchRecurrent } from "./recurrent";
import { benchSoft } from "./soft";
import { benchStability } from "./stability";

async function main(): Promise<void> {
  console.log(String(await useBackend()));
  benchAffineMaps();
  await benchCodeDistance();
  await benchQuantisation();
  benchFitting();
  benchMasoCode();
  await benchPartition();
  benchSoft();
  await benchStability();
  benchRecurrent();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
