/** A maximum of affine functions as text: max(0, 2 x1 - x2 + 0.5). A [R × D], b [R]. */
export function affineText(A: Float64Array, b: Float64Array, most = 6): string {
  const dimension = A.length / b.length;
  const shown = Math.min(b.length, most);
  const pieces = Array.from({ length: shown }, (_, r) =>
    pieceText(A.subarray(r * dimension, (r + 1) * dimension), b[r]!),
  );
  const rest = b.length > shown ? [`… ${b.length - shown} more`] : [];
  return b.length === 1 ? pieces[0]! : `max(${[...pieces, ...rest].join(", ")})`;
}

function pieceText(a: Float64Array, b: number): string {
  const terms = [...a].flatMap((value, i) => (value === 0 ? [] : [{ value, name: ` x${i + 1}` }]));
  if (b !== 0 || terms.length === 0) terms.push({ value: b, name: "" });
  const shown = terms.slice(0, 5).map(({ value, name }, i) => {
    const size = Math.abs(value) === 1 && name !== "" ? "" : short(Math.abs(value));
    const sign = value < 0 ? "-" : "+";
    const text = `${size}${name}`.trim();
    if (i === 0) return value < 0 ? `-${text}` : text;
    return `${sign} ${text}`;
  });
  return [...shown, ...(terms.length > 5 ? ["+ …"] : [])].join(" ");
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
