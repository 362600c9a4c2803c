// The public surface: named re-exports, nothing else.
export {};
