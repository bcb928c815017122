/** The result of a comparison for reading on a terminal. */
import { formatCount, formatShape } from "../quantities.js";
import type { Colors } from "../terminal.js";
import { textTable } from "../text-table.js";
import { visibleText } from "../visible-text.js";
import type { ComparedOutput, LibraryDifference } from "./compare-libraries.js";
import type { Comparison } from "./compare-tensors.js";

/** How to show a comparison. */
export interface DifferenceTextOptions {
  readonly tolerance: number;
  /** How many of the layers that are furthest apart to show. */
  readonly top: number;
  readonly colors: Colors;
}

/** The lines of a result. */
export function differenceText(
  { equal, outputs, layers, uncompared }: LibraryDifference,
  { tolerance, top, colors }: DifferenceTextOptions,
): string[] {
  const { bold, dim, green, red, yellow } = colors;
  const different = layers.filter(({ comparison }) => !comparison.equal);
  const lines = [bold("outputs"), ...table(outputs, colors), ""];
  const worst = [...layers]
    .filter(({ comparison }) => comparison.difference > 0)
    .sort((a, b) => b.comparison.relative - a.comparison.relative)
    .slice(0, top);
  if (worst.length > 0) lines.push(bold("layers furthest apart"), ...table(worst, colors), "");
  const [first] = different;
  if (first) {
    lines.push(
      `${bold("first divergence")}: ${red(visibleText(first.layer))} (${visibleText(first.op)}), ${visibleText(first.name)} ${formatShape(first.shape)}`,
      ...detailLines(first.comparison).map((line) => `  ${line}`),
      "",
    );
  } else if (layers.length > 0) {
    const begins = layers.find(({ comparison }) => comparison.difference > 0);
    lines.push(
      begins
        ? dim(
            `the first layer that is not bit-equal is ${visibleText(begins.layer)} (${visibleText(begins.op)})`,
          )
        : dim("all layers are bit-equal"),
      "",
    );
  }
  if (uncompared.length > 0) lines.push(...uncomparedLines(uncompared, yellow), "");
  const policy = `within ${tolerance} of the largest value`;
  const counts = `${formatCount(layers.length)} layer outputs compared`;
  lines.push(
    equal
      ? `${green("equal")}: all ${policy}; ${counts}`
      : `${red("different")}: ${outputs.filter((o) => !o.comparison.equal).length} of ${outputs.length} outputs and ${different.length} of ${formatCount(layers.length)} layer outputs are not ${policy}`,
  );
  return lines;
}

function table(outputs: readonly ComparedOutput[], { dim, green, red }: Colors): string[] {
  return textTable(
    [
      { title: "  name" },
      { title: "operator" },
      { title: "shape" },
      { title: "difference", align: "right" },
      { title: "relative", align: "right" },
      { title: "" },
    ],
    outputs.map(({ name, op, shape, comparison }) => [
      `  ${visibleText(name)}`,
      visibleText(op),
      formatShape(shape),
      amount(comparison.difference),
      amount(comparison.relative),
      comparison.equal ? green("equal") : red("different"),
    ]),
    dim,
  );
}

function detailLines(comparison: Comparison): string[] {
  const { size, outside, difference, relative, at, ours, theirs, mismatch } = comparison;
  if (mismatch !== undefined) return [mismatch];
  const lines = [
    `${formatCount(outside)} of ${formatCount(size)} elements are outside; the largest difference is ${amount(difference)}, ${amount(relative)} of the largest value`,
  ];
  if (at)
    lines.push(
      `there, at [${at.join(", ")}], it is ${ours} here and ${theirs} in the other library`,
    );
  return lines;
}

function uncomparedLines(
  uncompared: LibraryDifference["uncompared"],
  yellow: (text: string) => string,
): string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, reason } of uncompared)
    reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  return [...reasons].map(([reason, names]) => {
    const more = names.length > 4 ? `, and ${names.length - 4} more` : "";
    return yellow(
      `not compared: ${names.slice(0, 4).map(visibleText).join(", ")}${more}: ${reason}`,
    );
  });
}

function amount(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  return value.toExponential(1);
}
