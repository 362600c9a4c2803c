import { largestMagnitude, powerOfTwoBelow } from "../spline/magnitude";
import type { Conv2d } from "../spline/operators";
import { bracket, rescaled } from "./spectralNorm";

/**
 * An upper bound of ‖A‖₂ of a convolution as the operator on whole images that it is, [h × w × cin]
 * to [h' × w' × cout], not of its filter reshaped to a matrix.
 *
 * On a torus so large that nothing wraps around into itself, convolution is a multiplication by a
 * cout × cin matrix for each frequency (Sedghi, Gupta & Long 2019), and its norm is the largest of
 * theirs. The convolution with zero padding, at any stride, reads off some outputs for inputs that
 * are zero outside the image, and so has no larger norm. Tight where images are larger than filters.
 *
 * @example
 * const blur = new Conv2d([8, 8, 1], Float64Array.of(0.5, 0.5), null, 1, { size: [1, 2] });
 * convolutionNorm(blur); // 1.00
 */
export function convolutionNorm(operator: Conv2d): number {
  const { window, groups, inputShape, outputShape } = operator;
  const scale = powerOfTwoBelow(largestMagnitude(operator.kernel)); // squares stay in range
  const kernel = operator.kernel.map((v) => v / scale);
  const [rows, columns] = window.size;
  const [cin, cout] = [inputShape.at(-1)! / groups, outputShape.at(-1)! / groups];
  const torus = [
    window.inputHeight + (rows - 1) * window.dilation[0],
    window.inputWidth + (columns - 1) * window.dilation[1],
  ] as const;
  let largest = 0;
  for (let group = 0; group < groups; group++) {
    // Frequencies ω and −ω have conjugate matrices: one of the two will do.
    for (let v = 0; v <= torus[0] >> 1; v++) {
      for (let h = 0; h < torus[1]; h++) {
        const [re, im] = transformed(v, h);
        largest = Math.max(largest, complexNorm(re, im, cin, cout));
      }
    }

    function transformed(v: number, h: number): [Float64Array, Float64Array] {
      const [re, im] = [new Float64Array(cin * cout), new Float64Array(cin * cout)];
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const angle =
            2 *
            Math.PI *
            ((v * i * window.dilation[0]) / torus[0] + (h * j * window.dilation[1]) / torus[1]);
          const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
          for (let c = 0; c < cin; c++) {
            const from = ((i * columns + j) * cin + c) * cout * groups + group * cout;
            for (let k = 0; k < cout; k++) {
              re[c * cout + k]! += cosine * kernel[from + k]!;
              im[c * cout + k]! += sine * kernel[from + k]!;
            }
          }
        }
      }
      return [re, im];
    }
  }
  return rescaled({ lower: 0, upper: largest }, scale).upper;
}

/** ‖M‖₂ of a complex matrix [cin × cout]: that of the real one [[Re, −Im], [Im, Re]]. */
function complexNorm(re: Float64Array, im: Float64Array, cin: number, cout: number): number {
  const wide = cin <= cout;
  const [n, length] = wide ? [cin, cout] : [cout, cin];
  const at = (i: number, t: number) => (wide ? i * cout + t : t * cout + i);
  const G = new Float64Array(4 * n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let [real, imaginary] = [0, 0];
      for (let t = 0; t < length; t++) {
        const [a, b] = [at(i, t), at(j, t)];
        real += re[a]! * re[b]! + im[a]! * im[b]!;
        imaginary += im[a]! * re[b]! - re[a]! * im[b]!;
      }
      G[i * 2 * n + j] = real;
      G[(n + i) * 2 * n + n + j] = real;
      G[i * 2 * n + n + j] = -imaginary;
      G[(n + i) * 2 * n + j] = imaginary;
    }
  }
  return bracket(G, 2 * n, 1e-6).upper;
}
