import util from "node:util";

/**
 * Puts back the two functions of Node's `util` that tfjs-node 4.22 calls and Node 23 took away
 * (`isArray`, `isNullOrUndefined`). Call it before tfjs-node is loaded; calling it twice is fine.
 */
export function restoreNodeUtil(): void {
  const legacy = util as unknown as Record<string, (value: unknown) => boolean>;
  legacy.isArray ??= Array.isArray;
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
