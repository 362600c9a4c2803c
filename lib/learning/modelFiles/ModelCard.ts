/** Plain JSON. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** What is known of a stored model, beside its weights. */
export interface ModelCard {
  readonly name: string;
  /** What it is, in a sentence. */
  readonly description: string;
  /** How it was made: data, sizes, seeds, optimiser, epochs. */
  readonly recipe: { readonly [part: string]: Json };
  /** What was reached, as { "test accuracy": 0.987 }. */
  readonly figures: { readonly [figure: string]: number };
  /** The backend of TensorFlow.js it was trained on. */
  readonly backend: string;
}

/** A card as stored: with what saving found out. */
export interface StoredModelCard extends ModelCard {
  readonly parameters: number;
  readonly files: readonly { readonly file: string; readonly sha256: string }[];
  /** Files of snapshots over epochs. */
  readonly snapshots: readonly { readonly epoch: number; readonly file: string }[];
}

/** Names of the files in a model's folder; the first two are as TensorFlow.js has them. */
export const FILES = { model: "model.json", weights: "weights.bin", card: "card.json" } as const;
