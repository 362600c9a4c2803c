/**
 * Arithmetic entry by entry, with the names that it has in TensorFlow.js: a tensor is an
 * `Elementwise<tf.Tensor>` as it stands. Shapes broadcast as there.
 */
export interface Elementwise<V> {
  add(other: V | number): V;
  sub(other: V | number): V;
  mul(other: V | number): V;
  div(other: V | number): V;
  maximum(other: V | number): V;
  neg(): V;
  abs(): V;
  exp(): V;
  log1p(): V;
  relu(): V;
  sigmoid(): V;
}

/** A function entry by entry of any number of values, the same whatever carries it out. */
export type Formula = <V extends Elementwise<V>>(...inputs: V[]) => V[];
