// npm run bench [-- names]: prints how much faster ours is than a named reference, timed in the same run.
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

const BENCHES: Record<string, () => void | Promise<void>> = {
  affineMaps: benchAffineMaps,
  codeDistance: benchCodeDistance,
  quantisation: benchQuantisation,
  fitting: benchFitting,
  masoCode: benchMasoCode,
  partition: benchPartition,
  soft: benchSoft,
  stability: benchStability,
  recurrent: benchRecurrent,
};

/** Runs the benches of these names, all if there are none. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => BENCHES[name] === undefined);
  if (unknown !== undefined) {
    throw new RangeError(`no bench "${unknown}", there are ${Object.keys(BENCHES).join(", ")}`);
  }
  console.log(String(await useBackend()));
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (names.length === 0 || names.includes(name)) await bench();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
