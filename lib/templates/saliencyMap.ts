/**
 * The saliency map of a template, as Simonyan, Vedaldi & Zisserman (2013) draw it: for each pixel the
 * largest magnitude over its channels, for a template of shape [h, w, channels], flat; length h · w.
 *
 * It tells where the network looks, and no longer what speaks for the class and what against it.
 * Throws RangeError unless the template has this shape.
 *
 * @example saliencyMap([1, -3, 2, 0.5], [1, 2, 2]); // Float64Array [3, 2]
 */
export function saliencyMap(
  template: ArrayLike<number>,
  [height, width, channels]: readonly number[],
): Float64Array {
  const pixels = height! * width!;
  if (!(template.length === pixels * channels!)) {
    throw new RangeError(
      `the template has ${template.length} numbers, expected an image [h, w, channels] of ` +
        `[${height}, ${width}, ${channels}]`,
    );
  }
  const map = new Float64Array(pixels);
  for (let i = 0; i < template.length; i++) {
    const pixel = Math.floor(i / channels!);
    map[pixel] = Math.max(map[pixel]!, Math.abs(template[i]!));
  }
  return map;
}
