/** The three sizes at which notebooks run: for a check, as stored, and for those with time. */
export const SCALES = ["ci", "lecture", "full"] as const;

/** One of {@link SCALES}. */
export type Scale = (typeof SCALES)[number];

/** The size at which notebooks run here: `MADMAX_SCALE`, or `lecture`. */
export function currentScale(): Scale {
  const wanted = process.env.MADMAX_SCALE || "lecture";
  const found = SCALES.find((scale) => scale === wanted);
  if (found !== undefined) return found;
  throw new Error(`MADMAX_SCALE is "${wanted}", expected one of ${SCALES.join(", ")}`);
}

/**
 * Chooses by `MADMAX_SCALE` (default `lecture`): the one knob for all sizes.
 *
 * @example const epochs = atScale({ ci: 1, lecture: 5, full: 30 });
 */
export function atScale<T>(choices: { ci: T; lecture: T; full: T }): T {
  return choices[currentScale()];
}
