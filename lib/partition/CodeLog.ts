import type { Pieces } from "../spline/operators";
import type { FrozenMaps } from "./FrozenMaps";
import { grown } from "./HalfEdges";

/** A whole code is kept for every so many cells; between them, only what changes. */
const KEYFRAME = 64;

/**
 * The codes of cells in the order in which they were visited: a few bytes a cell.
 *
 * Cells visited one after the other are mostly neighbours, so their codes differ in a few units.
 * Reading one code replays at most 63 of these differences.
 */
export class CodeLog {
  private changes = 0;
  private cells = 0;
  private units = new Int32Array(1 << 8);
  private pieces: Uint8Array | Uint16Array;
  /** Where each cell's differences end [cells]. */
  private ends = new Int32Array(1 << 8);
  private readonly keyframes: Pieces[][] = [];
  /** Where the units of each stage begin if all are counted in a row. */
  private readonly starts: number[];

  constructor(private readonly maps: FrozenMaps) {
    let start = 0;
    this.starts = maps.stages.map(({ code }) => {
      start += code.length;
      return start - code.length;
    });
    const most = Math.max(
      1,
      ...maps.stages.map(({ nonlinearity }) => nonlinearity.operator.pieces),
    );
    this.pieces = most <= 0x100 ? new Uint8Array(1 << 8) : new Uint16Array(1 << 8);
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
      this.keyframes.push(this.maps.stages.map(({ code }) => code.slice()));
    }
    this.ends[this.cells++] = this.changes;
  }

  /** Pieces of every stage on cell i. */
  read(i: number): Pieces[] {
    const from = i - (i % KEYFRAME);
    const codes = this.keyframes[from / KEYFRAME]!.map((code) => code.slice());
    let s = 0;
    for (let at = this.ends[from]!; at < this.ends[i]!; at++) {
      const unit = this.units[at]!;
      while (unit < this.starts[s]!) s--;
      while (s + 1 < this.starts.length && unit >= this.starts[s + 1]!) s++;
      codes[s]![unit - this.starts[s]!] = this.pieces[at]!;
    }
    return codes;
  }
}
