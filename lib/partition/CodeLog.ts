import { makePieces, type Pieces } from "../spline/operators";
import type { Stage } from "./FrozenMaps";
import { grown } from "./HalfEdges";

/** A whole code is kept for every so many cells; between them, only what changes. */
const KEYFRAME = 64;

/** The codes of cells as flat arrays. */
export interface LoggedCodes {
  /** Units whose piece changes, all stages counted in a row, and the pieces they take. */
  readonly units: Int32Array;
  readonly pieces: Pieces;
  /** Where each cell's changes end [cells]. */
  readonly ends: Int32Array;
  /** Whole codes, of every 64th cell [⌈cells / 64⌉ × units]. */
  readonly keyframes: Pieces;
}

/**
 * Writes down the codes of cells in the order in which they are visited: a few bytes a cell.
 *
 * Cells visited one after the other are mostly neighbours, so their codes differ in a few units.
 * Reading one code replays at most 63 of these differences.
 */
export class CodeLog {
  private changes = 0;
  private cells = 0;
  private units = new Int32Array(1 << 8);
  private pieces: Pieces;
  private ends = new Int32Array(1 << 8);
  private keyframes: Pieces;
  /** Where the units of each stage begin if all are counted in a row. */
  private readonly starts: number[];
  private readonly total: number;

  constructor(private readonly stages: readonly Stage[]) {
    this.starts = startsOf(stages.map(({ code }) => code.length));
    this.total = stages.reduce((sum, { code }) => sum + code.length, 0);
    const most = Math.max(1, ...stages.map(({ nonlinearity }) => nonlinearity.operator.pieces));
    this.pieces = makePieces(1 << 8, most);
    this.keyframes = makePieces(Math.max(1, this.total), most);
  }

  /** Notes that unit k of stage s now takes this piece. */
  change(s: number, k: number, piece: number): void {
    if (this.changes === this.units.length) {
      this.units = grown(this.units);
      this.pieces = grown(this.pieces);
    }
    this.units[this.changes] = this.starts[s]! + k;
    this.pieces[this.changes++] = piece;
  }

  /** Notes that the code as it stands is the next cell's. */
  cell(): void {
    if (this.cells === this.ends.length) this.ends = grown(this.ends);
    if (this.cells % KEYFRAME === 0) {
      const start = (this.cells / KEYFRAME) * this.total;
      while (start + this.total > this.keyframes.length) this.keyframes = grown(this.keyframes);
      this.stages.forEach(({ code }, s) => {
        this.keyframes.set(code, start + this.starts[s]!);
      });
    }
    this.ends[this.cells++] = this.changes;
  }

  /** What has been written. */
  finish(): LoggedCodes {
    return {
      units: this.units.slice(0, this.changes),
      pieces: this.pieces.slice(0, this.changes),
      ends: this.ends.slice(0, this.cells),
      keyframes: this.keyframes.slice(0, Math.ceil(this.cells / KEYFRAME) * this.total),
    };
  }
}

/** Pieces of every stage on cell i; `operators` are those of the stages. */
export function readCode(
  { units, pieces, ends, keyframes }: LoggedCodes,
  operators: readonly { readonly units: number; readonly pieces: number }[],
  i: number,
): Pieces[] {
  const from = i - (i % KEYFRAME);
  const starts = startsOf(operators.map((operator) => operator.units));
  const total = operators.reduce((sum, operator) => sum + operator.units, 0);
  const start = (from / KEYFRAME) * total;
  const codes = operators.map((operator, s) => {
    const code = makePieces(operator.units, operator.pieces);
    const at = start + starts[s]!;
    code.set(keyframes.subarray(at, at + operator.units));
    return code;
  });
  let s = 0;
  for (let at = ends[from] ?? 0; at < ends[i]!; at++) {
    const unit = units[at]!;
    while (unit < starts[s]!) s--;
    while (s + 1 < starts.length && unit >= starts[s + 1]!) s++;
    codes[s]![unit - starts[s]!] = pieces[at]!;
  }
  return codes;
}

function startsOf(counts: readonly number[]): number[] {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum - count;
  });
}
