import ts from "typescript";

/** What a node of the source is replaced by, and the name of the mutation operator. */
export interface Replacement {
  readonly operator: string;
  readonly text: string;
}

const BINARY = new Map<ts.SyntaxKind, readonly [operator: string, token: string]>([
  [ts.SyntaxKind.LessThanToken, ["comparison", "<="]],
  [ts.SyntaxKind.LessThanEqualsToken, ["comparison", "<"]],
  [ts.SyntaxKind.GreaterThanToken, ["comparison", ">="]],
  [ts.SyntaxKind.GreaterThanEqualsToken, ["comparison", ">"]],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ["comparison", "!=="]],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ["comparison", "==="]],
  [ts.SyntaxKind.PlusToken, ["arithmetic", "-"]],
  [ts.SyntaxKind.MinusToken, ["arithmetic", "+"]],
  [ts.SyntaxKind.AsteriskToken, ["arithmetic", "/"]],
  [ts.SyntaxKind.SlashToken, ["arithmetic", "*"]],
  [ts.SyntaxKind.PlusEqualsToken, ["arithmetic", "-="]],
  [ts.SyntaxKind.MinusEqualsToken, ["arithmetic", "+="]],
  [ts.SyntaxKind.AsteriskEqualsToken, ["arithmetic", "/="]],
  [ts.SyntaxKind.SlashEqualsToken, ["arithmetic", "*="]],
  [ts.SyntaxKind.AmpersandAmpersandToken, ["logical", "||"]],
  [ts.SyntaxKind.BarBarToken, ["logical", "&&"]],
]);

/** All single changes of one node; those of its children aren't among them. */
export function replacementsOf(node: ts.Node, source: ts.SourceFile): Replacement[] {
  const text = node.getText(source);
  const found: Replacement[] = [];
  if (ts.isBinaryExpression(node)) found.push(...ofBinary(node, source));
  else if (ts.isNumericLiteral(node)) found.push({ operator: "constant", text: moved(node) });
  else if (node.kind === ts.SyntaxKind.TrueKeyword)
    found.push({ operator: "boolean", text: "false" });
  else if (node.kind === ts.SyntaxKind.FalseKeyword)
    found.push({ operator: "boolean", text: "true" });
  else if (isExtremum(node)) {
    const other = node.name.text === "min" ? "Math.max" : "Math.min";
    found.push({ operator: "extremum", text: other });
  } else if (isRemovable(node)) found.push({ operator: "removal", text: "{}" });
  else if (isEarlyExit(node)) found.push({ operator: "early exit", text: "{}" });
  else if (ts.isThrowStatement(node)) found.push({ operator: "refusal", text: "{}" });
  if (isCondition(node) && !isEquality(node)) {
    found.push({ operator: "condition", text: `!(${text})` });
  }
  return found;
}

function ofBinary(node: ts.BinaryExpression, source: ts.SourceFile): Replacement[] {
  const swap = BINARY.get(node.operatorToken.kind);
  if (swap === undefined) return [];
  const [operator, token] = swap;
  if (operator === "arithmetic" && (isText(node.left) || isText(node.right))) return [];
  const text = source.text;
  const before = text.slice(node.getStart(source), node.operatorToken.getStart(source));
  return [{ operator, text: before + token + text.slice(node.operatorToken.end, node.end) }];
}

const isText = (node: ts.Expression): boolean =>
  ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

// The text of a literal has lost its underscores: 1_000 reads "1000".
function moved(literal: ts.NumericLiteral): string {
  const value = Number(literal.text);
  return String(value === 1 ? 0 : value + 1);
}

function isExtremum(node: ts.Node): node is ts.PropertyAccessExpression {
  return (
    ts.isPropertyAccessExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === "Math" &&
    (node.name.text === "min" || node.name.text === "max")
  );
}

function isRemovable(node: ts.Node): boolean {
  if (!ts.isExpressionStatement(node)) return false;
  const { expression } = node;
  const inner = ts.isAwaitExpression(expression) ? expression.expression : expression;
  if (ts.isCallExpression(inner)) return inner.expression.kind !== ts.SyntaxKind.SuperKeyword;
  return (
    ts.isBinaryExpression(inner) &&
    inner.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    inner.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  );
}

// A return at the end of a function is no early one, and neither is the break of a case.
function isEarlyExit(node: ts.Node): boolean {
  if (!(ts.isReturnStatement(node) || ts.isContinueStatement(node) || ts.isBreakStatement(node))) {
    return false;
  }
  return ts.isIfStatement(ts.isBlock(node.parent) ? node.parent.parent : node.parent);
}

function isCondition(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) return parent.expression === node;
  return ts.isConditionalExpression(parent) && parent.condition === node;
}

// Negated, it is what the mutation of its comparison gives.
const isEquality = (node: ts.Node): boolean =>
  ts.isBinaryExpression(node) &&
  (node.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
    node.operatorToken.kind === ts.SyntaxKind.ExclamationEqualsEqualsToken);
