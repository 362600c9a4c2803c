/**
 * Replaces a symmetric matrix G [n × n], of which only the lower triangle is read, by its Cholesky
 * factor L, G = L Lᵀ, in the same triangle. False where rounding left G not definite.
 *
 * In flat arrays: small systems are solved by the ten thousand, where objects take most of the time.
 */
export function factorise(G: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    let squares = 0;
    for (let k = 0; k < j; k++) {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += G[k * n + i]! * G[j * n + i]!;
      const entry = (G[j * n + k]! - sum) / G[k * n + k]!;
      G[j * n + k] = entry;
      squares += entry * entry;
    }
    const square = G[j * n + j]! - squares;
    if (!(square > 0)) return false;
    G[j * n + j] = Math.sqrt(square);
  }
  return true;
}

/** Replaces a right-hand side by the solution of L Lᵀ x = right. */
export function solveFactorised(L: Float64Array, right: Float64Array): void {
  const n = right.length;
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < k; i++) right[k]! -= right[i]! * L[k * n + i]!;
    right[k]! /= L[k * n + k]!;
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let i = k + 1; i < n; i++) right[k]! -= right[i]! * L[i * n + k]!;
    right[k]! /= L[k * n + k]!;
  }
}
