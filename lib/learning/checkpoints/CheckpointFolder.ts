import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isObject, shown } from "../../files/parseJson";
import { readWhole } from "../../files/readWhole";
import { writeAtomically } from "../../files/writeAtomically";
import { type Arrays, decodeArrays, encodeArrays } from "./arrayFile";
import { CheckpointError } from "./CheckpointError";
import { type Recipe, recipeDifferences, recipeHash } from "./recipe";

/** A checkpoint that was read, and a line for each newer one that was damaged. */
export interface FoundCheckpoint {
  readonly state: unknown;
  readonly arrays: Arrays;
  readonly notes: readonly string[];
}

interface Header {
  readonly recipe: Recipe;
  readonly hash: string;
  readonly state: unknown;
}

const NAME = /^step-(\d{9})\.checkpoint$/;
/** The newest, and one to fall back to. */
const KEPT = 2;

/**
 * The checkpoints of one training in one folder, made if needed. Each is one file, written so that a
 * kill leaves the ones before it whole; the two newest are kept. One process at a time uses it.
 */
export class CheckpointFolder {
  constructor(
    readonly folder: string,
    private readonly recipe: Recipe,
  ) {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new CheckpointError(
        folder,
        `found what can't be a folder (${code}); take another name`,
      );
    }
    for (const name of readdirSync(folder)) {
      if (name.endsWith(".checkpoint.tmp")) rmSync(join(folder, name), { recursive: true }); // a kill's leftover
    }
  }

  /** Keeps the state after so many steps. */
  write(step: number, state: unknown, arrays: Arrays): void {
    const name = `step-${String(step).padStart(9, "0")}.checkpoint`;
    const header: Header = { recipe: this.recipe, hash: recipeHash(this.recipe), state };
    writeAtomically(join(this.folder, name), encodeArrays(header, arrays));
    for (const old of this.#names().slice(KEPT)) rmSync(join(this.folder, old), { force: true });
  }

  /**
   * The newest checkpoint that is whole; undefined if there is none at all. Damaged newer ones are
   * noted, and renamed to `.damaged`.
   * @throws CheckpointError if it is of another recipe, or if all there are are damaged
   */
  read(): FoundCheckpoint | undefined {
    const notes: string[] = [];
    const damaged: string[] = [];
    for (const name of this.#names()) {
      const file = join(this.folder, name);
      try {
        const { header, arrays } = decodeArrays(readCheckpoint(file), file);
        const { recipe, hash, state } = checkedHeader(header, file);
        if (hash !== recipeHash(this.recipe)) {
          const differences = recipeDifferences(recipe, this.recipe).join("\n  ");
          throw new AnotherRecipe(
            this.folder,
            `the checkpoint is of another recipe; take another folder or empty this one\n  ${differences}`,
          );
        }
        for (const bad of damaged) renameSync(bad, `${bad}.damaged`);
        return { state, arrays, notes };
      } catch (error) {
        if (error instanceof AnotherRecipe || !(error instanceof CheckpointError)) throw error;
        notes.push(`${error.message}; went back to the one before`);
        damaged.push(file);
      }
    }
    if (notes.length === 0) return undefined;
    throw new CheckpointError(
      this.folder,
      `no checkpoint is whole; empty the folder to start anew (${notes.join("; ")})`,
    );
  }

  /** Newest first. */
  #names(): string[] {
    return readdirSync(this.folder)
      .filter((name) => NAME.test(name))
      .sort()
      .reverse();
  }
}

function readCheckpoint(file: string): Buffer {
  const refuse = (found: string, expected: string) =>
    new CheckpointError(file, `found ${found}, expected ${expected}`);
  return readWhole(file, refuse);
}

function checkedHeader(header: unknown, file: string): Header {
  const { recipe, hash } = isObject(header) ? header : {};
  const whole =
    isObject(recipe) &&
    Object.values(recipe).every((part) => typeof part === "string") &&
    typeof hash === "string";
  if (whole) return header as unknown as Header;
  throw new CheckpointError(file, `found the header ${shown(header)}, expected recipe and hash`);
}

class AnotherRecipe extends CheckpointError {}
