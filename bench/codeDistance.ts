import { ActivationCode, random } from "../lib";
import { race } from "./pair";

const UNITS = 10_000;
const CODES = 300;

/** Hamming distances of packed codes against comparing unit by unit. */
export function benchCodeDistance(): void {
  const draws = random(2);
  const pieces = Array.from({ length: CODES }, () =>
    Uint8Array.from({ length: UNITS }, () => draws.integer(0, 1)),
  );
  const codes = pieces.map((q) => ActivationCode.from([{ q, pieces: 2 }]));
  let [unpacked, packed] = [0, 0];
  race({
    name: `all distances of ${CODES} codes of ${UNITS} units`,
    reference: {
      name: "unit by unit, one byte a unit",
      run: () => {
        unpacked = 0;
        for (const a of pieces) {
          for (const b of pieces) for (let k = 0; k < UNITS; k++) unpacked += a[k]! ^ b[k]!;
        }
      },
    },
    ours: {
      name: "32 units a word",
      run: () => {
        packed = 0;
        for (const a of codes) for (const b of codes) packed += a.distance(b);
      },
    },
  });
  if (unpacked !== packed) throw new Error(`the two disagree: ${unpacked} and ${packed}`);
}
