import { test } from "node:test";
import fc from "fast-check";
import { random } from "../../../lib/random";
import { checkOperator } from "../../../lib/spline/checkOperator";
import { DICTIONARY } from "./dictionary";

for (const [name, operators] of Object.entries(DICTIONARY)) {
  test(`${name}: any operator of this kind keeps the contract`, () => {
    fc.assert(
      fc.property(operators, fc.integer({ min: 1, max: 1e6 }), (operator, seed) => {
        checkOperator(operator, { random: random(seed), samples: 40 });
      }),
      { numRuns: 25 },
    );
  });
}
