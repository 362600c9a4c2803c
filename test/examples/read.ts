import { join, relative } from "node:path";
import ts from "typescript";

/** The library's own source files, bound but not type-checked. */
export interface Library {
  readonly root: string;
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
}

/** An `@example` of a doc comment, and whose it is. */
export interface Example {
  /** As in "lib/spline/MaxAffineSpline.ts, MaxAffineSpline.of". */
  readonly place: string;
  /** As in "MaxAffineSpline.of". */
  readonly name: string;
  readonly code: string;
}

/** Reads lib/index.ts and all that it imports from the library; packages are left alone. */
export function readLibrary(root: string): Library {
  const options: ts.CompilerOptions = { noLib: true, types: [], module: ts.ModuleKind.Node16 };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, file) =>
    literals.map(({ text }) =>
      text.startsWith(".")
        ? ts.resolveModuleName(text, file, options, host)
        : { resolvedModule: undefined },
    );
  const program = ts.createProgram([join(root, "lib", "index.ts")], options, host);
  return { root, program, checker: program.getTypeChecker() };
}

/** Every `@example` of the library, of declarations and of members of classes. */
export function examplesOf({ root, program }: Library): Example[] {
  return program.getSourceFiles().flatMap((file) => {
    const examples: Example[] = [];
    const visit = (node: ts.Node, path: readonly string[]): void => {
      const name = nameOf(node);
      const here = name === undefined ? path : [...path, name];
      for (const code of examplesAt(node)) {
        const whose = here.join(".");
        const place = `${relative(root, file.fileName)}, ${whose}`;
        examples.push({ place, name: whose, code });
      }
      if (!ts.isBlock(node)) ts.forEachChild(node, (child) => visit(child, here));
    };
    visit(file, []);
    return examples;
  });
}

/** The values that lib/index.ts exports: what can be called, constructed or read. */
export function publicNames({
  root,
  program,
  checker,
}: Library): { name: string; hasExample: boolean }[] {
  const index = program.getSourceFile(join(root, "lib", "index.ts"))!;
  return checker
    .getExportsOfModule(checker.getSymbolAtLocation(index)!)
    .map((symbol) => ({ name: symbol.name, target: checker.getAliasedSymbol(symbol) }))
    .filter(({ target }) => (target.flags & ts.SymbolFlags.Value) !== 0)
    .map(({ name, target }) => ({
      name,
      hasExample: (target.declarations ?? []).some(
        (declaration) =>
          // The comment of a constant belongs to its statement.
          ts.getJSDocTags(declaration).some(isExample) ||
          (ts.isClassDeclaration(declaration) &&
            declaration.members.some((member) => ts.getJSDocTags(member).some(isExample))),
      ),
    }));
}

const isExample = (tag: ts.JSDocTag): boolean => tag.tagName.text === "example";

// Tags of the node's own comment; those of a declaration inside it come with that.
function examplesAt(node: ts.Node): string[] {
  const comments = (node as { jsDoc?: ts.JSDoc[] }).jsDoc ?? [];
  return comments.flatMap(({ tags = [] }) =>
    [...tags].filter(isExample).map((tag) => ts.getTextOfJSDocComment(tag.comment) ?? ""),
  );
}

function nameOf(node: ts.Node): string | undefined {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations[0]?.name.getText();
  const { name } = node as { name?: ts.Node };
  return name !== undefined && ts.isIdentifier(name) && !ts.isParameter(node)
    ? name.text
    : undefined;
}
