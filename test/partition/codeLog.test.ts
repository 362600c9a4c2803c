import assert from "node:assert/strict";
import { test } from "node:test";
import { CodeLog, readCode } from "../../lib/partition/CodeLog";
import type { Stage } from "../../lib/partition/FrozenMaps";

test("codes are read as they were written, of units with any number of pieces", () => {
  for (const pieces of [2, 256, 257, 65_536, 65_537, 1_000_000]) {
    const operator = { units: 2, pieces };
    const code = Uint32Array.of(pieces - 1, 0);
    const stages = [{ code, nonlinearity: { operator } }] as unknown as Stage[];
    const log = new CodeLog(stages);
    log.cell();
    code[1] = pieces - 1;
    log.change(0, 1, pieces - 1);
    log.cell();
    const logged = log.finish();
    assert.deepEqual([...readCode(logged, [operator], 0)[0]!], [pieces - 1, 0]);
    assert.deepEqual([...readCode(logged, [operator], 1)[0]!], [pieces - 1, pieces - 1]);
  }
});
