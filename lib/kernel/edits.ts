/** A text put into a cell's source before it is compiled. */
export interface Insertion {
  at: number;
  text: string;
}

/** A cell with texts put in. */
export interface Edited {
  code: string;
  /** Where an offset of the edited code lies in the cell as it was written. */
  originalOffset(offset: number): number;
}

/** Puts texts into a cell, in the order of their places. */
export function insert(code: string, insertions: readonly Insertion[]): Edited {
  let [edited, from] = ["", 0];
  for (const { at, text } of insertions) {
    edited += code.slice(from, at) + text;
    from = at;
  }
  return {
    code: edited + code.slice(from),
    originalOffset(offset) {
      let shift = 0;
      for (const { at, text } of insertions) {
        if (offset <= at + shift) break;
        shift += Math.min(text.length, offset - at - shift);
      }
      return offset - shift;
    },
  };
}
