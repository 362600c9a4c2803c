import type * as TypeScript from "typescript";

// What returns a changed copy of an array.
const COPIED = ["Array<T>", "ReadonlyArray<T>"].map(
  (type) => `interface ${type} {
  toReversed(): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  with(index: number, value: T): T[];
}`,
);
const COPIED_NUMBERS = [
  ...["Int8", "Uint8", "Uint8Clamped", "Int16", "Uint16", "Int32", "Uint32", "Float32", "Float64"],
  ...["BigInt64", "BigUint64"],
].map((kind) => {
  const [array, entry] = [`${kind}Array`, kind.startsWith("Big") ? "bigint" : "number"];
  return `interface ${array} {
  toReversed(): ${array};
  toSorted(compare?: (a: ${entry}, b: ${entry}) => number): ${array};
  with(index: number, value: ${entry}): ${array};
}`;
});

// What Node has and the compiler of the cells, which is older, has no declarations of; each with a
// look whether this Node has it.
const NEWER: readonly [present: boolean, declaration: string][] = [
  ["toSorted" in Array.prototype, [...COPIED, ...COPIED_NUMBERS].join("\n")],
  [
    "groupBy" in Object,
    `interface ObjectConstructor {
  groupBy<K extends PropertyKey, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Partial<Record<K, T[]>>;
}
interface MapConstructor {
  groupBy<K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]>;
}`,
  ],
  [
    "fromAsync" in Array,
    `interface ArrayConstructor {
  fromAsync<T>(items: AsyncIterable<T> | Iterable<T | PromiseLike<T>> | ArrayLike<T | PromiseLike<T>>): Promise<T[]>;
  fromAsync<T, U>(items: AsyncIterable<T> | Iterable<T> | ArrayLike<T>, map: (item: Awaited<T>, index: number) => U, thisArg?: any): Promise<Awaited<U>[]>;
}`,
  ],
  [
    "withResolvers" in Promise,
    `interface PromiseConstructor {
  withResolvers<T>(): { promise: Promise<T>; resolve: (value: T | PromiseLike<T>) => void; reject: (reason?: any) => void };
}`,
  ],
  [
    "try" in Promise,
    `interface PromiseConstructor {
  try<T, A extends unknown[]>(run: (...args: A) => T | PromiseLike<T>, ...args: A): Promise<Awaited<T>>;
}`,
  ],
  [
    "union" in Set.prototype,
    `interface Set<T> {
  union<U>(other: ReadonlySet<U>): Set<T | U>;
  intersection<U>(other: ReadonlySet<U>): Set<T & U>;
  difference<U>(other: ReadonlySet<U>): Set<T>;
  symmetricDifference<U>(other: ReadonlySet<U>): Set<T | U>;
  isSubsetOf(other: ReadonlySet<unknown>): boolean;
  isSupersetOf(other: ReadonlySet<unknown>): boolean;
  isDisjointFrom(other: ReadonlySet<unknown>): boolean;
}`,
  ],
  [
    "toWellFormed" in String.prototype,
    "interface String { isWellFormed(): boolean; toWellFormed(): string; }",
  ],
  [
    "transfer" in ArrayBuffer.prototype,
    "interface ArrayBuffer { readonly detached: boolean; transfer(newLength?: number): ArrayBuffer; }",
  ],
  ["escape" in RegExp, "interface RegExpConstructor { escape(text: string): string; }"],
];

/** The declarations of the standard library that this Node has beyond ES2022. */
function declarations(): string {
  const edition = "toSorted" in Array.prototype ? '/// <reference lib="es2023" />\n' : "";
  const newer = NEWER.filter(([present]) => present).map(([, text]) => text);
  return `${edition}${newer.join("\n")}\n`;
}

/**
 * Runs `create` so that the compiler it sets up knows the library of this Node. tslab asks for that
 * of ES2022 whatever Node it runs on.
 */
export function withNodeLibrary<T>(create: () => T): T {
  const { sys } = require("@tslab/typescript-for-tslab") as typeof TypeScript;
  const { readFile } = sys;
  sys.readFile = (path, encoding) => {
    const text = readFile.call(sys, path, encoding);
    // That file is nothing but references to others: more may follow.
    return path.endsWith("/lib.es2022.d.ts") && text !== undefined ? text + declarations() : text;
  };
  try {
    return create();
  } finally {
    sys.readFile = readFile;
  }
}
