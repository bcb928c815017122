// Templates in the single file: each stands once, as a section at the head of predict.c, and where
// a file includes some, predict.c includes itself with macros that say which sections are meant.
//
// A compiler reads all of predict.c for each inclusion, so templates that are included one behind the
// other are included at once. That asks for one order of the sections that suits all places.

import { posix } from "node:path";

/** What the file is called, and has to be: it includes itself. */
export const SINGLE_FILE = "predict.c";

/** @typedef {string | { templates: string[] }} Item A line, or an inclusion of templates. */

/** The sections by the paths of their templates, in the order in which they are met. */
export class TemplateSections {
  /** @type {Map<string, { first: string[], items: Item[], nests: boolean }>} */
  #sections = new Map();

  /** @param {string} path */
  has(path) {
    return this.#sections.has(path);
  }

  /**
   * @param {string} path
   * @param {Item[]} laid Its lines, between marks of begin and end; what it includes at its head is
   *   included by whoever includes it.
   */
  add(path, laid) {
    const items = joined(laid, this);
    const head = items[1];
    const first = typeof head === "object" && !this.isLast(head.templates.at(-1));
    if (first) items.splice(1, 1);
    this.#sections.set(path, {
      first: first ? head.templates : [],
      items,
      nests: items.some((item) => typeof item === "object"),
    });
  }

  /** @param {string} path @returns {Item} */
  use(path) {
    return { templates: [...(this.#sections.get(path)?.first ?? []), path] };
  }

  /**
   * Whether nothing may be included at once behind it: it includes others itself, or it ends a level.
   *
   * @param {string | undefined} path
   */
  isLast(path = "") {
    return path.endsWith("_end.inl") || this.#sections.get(path)?.nests === true;
  }

  /** @returns {[string, Item[]][]} */
  entries() {
    return [...this.#sections].map(([path, { items }]) => [path, items]);
  }
}

/**
 * @param {TemplateSections} templates
 * @param {Item[]} engine
 * @returns {{ sections: string[], main: string[], breaches: string[] }}
 */
export function layTemplates(templates, engine) {
  const main = joined(engine, templates);
  const entries = templates.entries();
  const uses = [main, ...entries.map(([, items]) => items)]
    .flat()
    .flatMap((item) => (typeof item === "object" ? [item.templates] : []));
  const paths = entries.map(([path]) => path);
  const { order, rest } = orderOf(paths, uses);
  const breaches = paths.flatMap((path, index) =>
    paths
      .slice(0, index)
      .filter((before) => sectionName(before) === sectionName(path))
      .map((before) => `templates of one name: ${before} and ${path}`),
  );
  if (rest.length > 0)
    breaches.push(
      `templates are included in orders that contradict each other: ${rest.join(", ")}`,
    );
  const sections = order.flatMap((path) => {
    const items = entries.find(([each]) => each === path)?.[1] ?? [];
    const name = sectionName(path);
    return [`#if defined(${name})`, `#undef ${name}`, ...items.flatMap(linesOf), "#endif"];
  });
  return { sections, main: main.flatMap(linesOf), breaches };
}

/**
 * The macro that selects a template's section.
 *
 * @param {string} path
 */
function sectionName(path) {
  return `LP_TEMPLATE_${posix.basename(path, ".inl").toUpperCase()}`;
}

/**
 * @param {Item} item
 * @returns {string[]}
 */
function linesOf(item) {
  if (typeof item === "string") return [item];
  return [
    ...item.templates.map((path) => `#define ${sectionName(path)}`),
    `#include "${SINGLE_FILE}"`,
  ];
}

/**
 * Makes one inclusion of those that follow each other.
 *
 * @param {Item[]} items
 * @param {TemplateSections} templates
 */
function joined(items, templates) {
  /** @type {Item[]} */
  const out = [];
  for (const item of items) {
    const last = out.at(-1);
    if (
      typeof item === "object" &&
      typeof last === "object" &&
      !templates.isLast(last.templates.at(-1)) &&
      !item.templates.some((path) => last.templates.includes(path))
    ) {
      out[out.length - 1] = { templates: [...last.templates, ...item.templates] };
    } else {
      out.push(item);
    }
  }
  return out;
}

/**
 * An order in which all uses go forward; `rest` are those for which there is none.
 *
 * @param {string[]} paths
 * @param {string[][]} uses
 */
function orderOf(paths, uses) {
  /** @type {string[]} */
  const order = [];
  let rest = [...paths];
  for (;;) {
    const next = rest.find((path) =>
      uses.every((use) => {
        const at = use.indexOf(path);
        return at <= 0 || order.includes(use[at - 1] ?? "");
      }),
    );
    if (next === undefined) return { order, rest };
    order.push(next);
    rest = rest.filter((path) => path !== next);
  }
}
