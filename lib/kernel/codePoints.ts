// Jupyter counts a cursor's place in code points (protocol 5.3), JavaScript in UTF-16 units.

/** The index in UTF-16 units of a place that is counted in code points. */
export function unitsOf(text: string, codePoints: number): number {
  let units = 0;
  for (let k = 0; k < codePoints && units < text.length; k++) {
    units += text.codePointAt(units)! > 0xffff ? 2 : 1;
  }
  return units;
}

/** The place in code points of an index in UTF-16 units. */
export function codePointsOf(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}
