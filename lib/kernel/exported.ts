import type * as TypeScript from "typescript";

/**
 * Blanks the `export` of a cell's own names; every other place stays where it is.
 *
 * tslab exports all names of a cell by itself, and a name can be exported only once.
 */
export function withoutExports(code: string): string {
  const ts = require("@tslab/typescript-for-tslab") as typeof TypeScript;
  const source = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true);
  let blanked = code;
  const blank = (from: number, to: number) => {
    blanked = blanked.slice(0, from) + " ".repeat(to - from) + blanked.slice(to);
  };
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (moduleSpecifier !== undefined || exportClause === undefined) continue;
      if (!ts.isNamedExports(exportClause)) continue;
      for (const element of exportClause.elements) {
        if (element.propertyName !== undefined) continue; // under another name
        const comma = /^\s*,/.exec(code.slice(element.end))?.[0].length ?? 0;
        blank(element.getStart(source), element.end);
        if (comma > 0) blank(element.end + comma - 1, element.end + comma);
      }
    } else if (ts.canHaveModifiers(statement)) {
      const named = !("name" in statement) || statement.name !== undefined;
      for (const modifier of (named && ts.getModifiers(statement)) || []) {
        const { kind } = modifier;
        if (kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword) {
          blank(modifier.getStart(source), modifier.end);
        }
      }
    }
  }
  return blanked;
}
