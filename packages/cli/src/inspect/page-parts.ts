/** What the pages have in common besides their style. */
import { basename } from "node:path";
import { formatShape } from "../quantities.js";
import { Html, html } from "./html-text.js";
import { layerKind, layerKinds } from "./layer-kind.js";
import type { ModelReport } from "./model-report.js";

/** What a page calls a model: where its files lie is nobody else's business. */
export function pageTitle(model: string): string {
  return basename(model).replace(/(-symbol)?\.json$/, "");
}

/**
 * A page's beginning, up to its body.
 *
 * @param generator - the command that makes it
 * @param scripts - the part of the content security policy that says which scripts run
 * @param style - the style sheet
 */
export function pageHead(title: string, generator: string, scripts: string, style: string): Html {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; ${scripts}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${generator}">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>`;
}

/** Inputs and outputs of a model. */
export function endList({ inputs, outputs }: Pick<ModelReport, "inputs" | "outputs">): Html {
  return html`<dl class="ends">
<dt>${inputs.length === 1 ? "Input" : "Inputs"}</dt><dd>${inputs.map(tensorText)}</dd>
<dt>${outputs.length === 1 ? "Output" : "Outputs"}</dt><dd>${outputs.map(tensorText)}</dd>
</dl>`;
}

/** One number, large. */
export function tile(title: string, value: string, detail: string): Html {
  return html`<div class="tile"><h3>${title}</h3><p class="value">${value}</p><p class="quiet">${detail}</p></div>`;
}

/** The colours of the kinds that are among operators. */
export function legend(operators: readonly string[]): Html {
  const present = new Set(operators.map(layerKind));
  return html`<ul class="legend">${layerKinds
    .filter((kind) => present.has(kind))
    .map(
      (kind) =>
        html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="kind-${kind}" width="10" height="10" rx="2"/></svg>${kind}</li>`,
    )}</ul>`;
}

function tensorText({ name, dtype, shape }: ModelReport["inputs"][number]): Html {
  return html`<span class="tensor"><b>${name}</b> ${formatShape(shape)} <span class="quiet">${dtype}</span></span>`;
}
