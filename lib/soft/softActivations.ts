import { type Piece, SoftActivation } from "./SoftActivation";

const ZERO: Piece = [0, 0];
const IDENTITY: Piece = [1, 0];

/**
 * The soft activations that have names (Balestriero & Baraniuk 2019), float64; σ is the sigmoid and
 * η = β/(1 − β). β is ½ where it is left out.
 *
 * @example
 * softActivations.abs(0.5).evaluate(1); // 0.761594: tanh 1
 */
export const softActivations = {
  /** u σ(ηu), of ReLU. At β = ½ the sigmoid-gated linear unit u σ(u). */
  swish: (beta?: number): SoftActivation => soft(beta, [ZERO, IDENTITY]),

  /** u (ν + (1 − ν) σ(η (1 − ν) u)), of leaky ReLU. The slope ν is tf.js' default. */
  leakyRelu: (beta?: number, slope = 0.3): SoftActivation => soft(beta, [[slope, 0], IDENTITY]),

  /** u tanh(ηu), of |u|. */
  abs: (beta?: number): SoftActivation => soft(beta, [[-1, 0], IDENTITY]),

  /** σ(ηu): decoupled, the pieces of ReLU choose between 0 and 1. Its hard limit is a step. */
  sigmoid: (beta?: number): SoftActivation => soft(beta, [ZERO, IDENTITY], [ZERO, [0, 1]]),

  /** tanh(ηu): decoupled, the pieces of |u| choose between −1 and 1. Its hard limit is the sign. */
  tanh: (beta?: number): SoftActivation =>
    soft(
      beta,
      [[-1, 0], IDENTITY],
      [
        [0, -1],
        [0, 1],
      ],
    ),
} as const;

function soft(
  beta: number | undefined,
  pieces: readonly Piece[],
  values?: readonly Piece[],
): SoftActivation {
  return new SoftActivation({
    pieces,
    ...(values && { values }),
    ...(beta !== undefined && { beta }),
  });
}
