import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { random } from "../../../lib/random";
import { checkOperator } from "../../../lib/spline/checkOperator";
import { makePieces, SparseColumns, sizeOf } from "../../../lib/spline/operators";
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

  test(`${name}: columns that are read one by one add up to what is pushed forward`, () => {
    fc.assert(
      fc.property(operators, fc.integer({ min: 1, max: 1e6 }), (operator, seed) => {
        if (operator.spread === undefined) return;
        const x = random(seed).normals(sizeOf(operator.inputShape));
        const sum = new SparseColumns(sizeOf(operator.outputShape));
        x.forEach((v, i) => {
          operator.spread!(i, v, -v, 2 * v, sum);
        });
        const whole = new Float64Array(sum.size);
        operator.pushforward(makePieces(0, 1), x, whole);
        whole.forEach((value, k) => {
          const found = [sum.ds[k]!, -sum.dt[k]!, sum.c[k]! / 2];
          for (const v of found) assert.ok(Math.abs(v - value) < 1e-12 * (1 + Math.abs(value)));
          if (value !== 0) assert.ok(sum.touched.subarray(0, sum.count).includes(k));
        });
      }),
      { numRuns: 25 },
    );
  });
}
