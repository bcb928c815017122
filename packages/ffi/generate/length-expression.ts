/**
 * The small language in which the header states lengths:
 * `n`, `n+1`, `a[n]`, `*n`, `product(*a)`.
 */
export type LengthExpression =
  | { is: "parameter"; name: string; plus: number }
  | { is: "element"; array: string; index: string }
  | { is: "pointee"; name: string }
  | { is: "product"; name: string };

const name = "[A-Za-z_]\\w*";
const forms: [RegExp, (m: RegExpExecArray) => LengthExpression][] = [
  [
    new RegExp(`^(${name})(?:\\+(\\d+))?$`),
    (m) => ({ is: "parameter", name: m[1] ?? "", plus: Number(m[2] ?? 0) }),
  ],
  [
    new RegExp(`^(${name})\\[(${name})\\]$`),
    (m) => ({ is: "element", array: m[1] ?? "", index: m[2] ?? "" }),
  ],
  [new RegExp(`^\\*(${name})$`), (m) => ({ is: "pointee", name: m[1] ?? "" })],
  [new RegExp(`^product\\(\\*(${name})\\)$`), (m) => ({ is: "product", name: m[1] ?? "" })],
];

/** Reads a length; undefined when it is not one. */
export function parseLength(text: string): LengthExpression | undefined {
  for (const [form, make] of forms) {
    const match = form.exec(text);
    if (match) return make(match);
  }
  return undefined;
}

/** The parameters that a length speaks of. */
export function lengthNames(length: LengthExpression): string[] {
  return length.is === "element" ? [length.array, length.index] : [length.name];
}
