import ts from "typescript";
import { replacementsOf } from "./operators";

/** One change of one source file. */
export interface Mutant {
  /** The same in every run over the same sources. */
  readonly id: string;
  /** From the root, with slashes, as `lib/spline/regionCounts.ts`. */
  readonly file: string;
  /** Of the changed node, from 1. */
  readonly line: number;
  readonly operator: string;
  /** The changed node in its source, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** What stands in its place. */
  readonly text: string;
  /** The change in words of code, on one line. */
  readonly change: string;
}

/**
 * All mutants of one source file, in the order of their places. Types, imports and whatever
 * makes up a text (templates, what is thrown) stay as they are.
 */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (isLeftAlone(node)) return;
    const [start, end] = [node.getStart(source), node.end];
    for (const { operator, text: changed } of replacementsOf(node, source)) {
      mutants.push({
        id: `${file}:${start}-${end}:${operator}`,
        file,
        line: source.getLineAndCharacterOfPosition(start).line + 1,
        operator,
        start,
        end,
        text: changed,
        change: `${onOneLine(text.slice(start, end))} → ${onOneLine(changed)}`,
      });
    }
    if (!ts.isThrowStatement(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return mutants;
}

/** The source with the mutant's node replaced, by the mutant's own text if no other is given. */
export const mutated = (source: string, mutant: Mutant, text = mutant.text): string =>
  source.slice(0, mutant.start) + text + source.slice(mutant.end);

const isLeftAlone = (node: ts.Node): boolean =>
  ts.isTypeNode(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node) ||
  ts.isTemplateExpression(node);

const onOneLine = (text: string): string => text.replace(/\s+/g, " ");
