// Templates in the single file: each stands once, as a section at the head of predict.c, and where
// a file includes some, predict.c includes itself with macros that say which sections are meant.
//
// A compiler reads all of predict.c for each inclusion, so there are as few as can be:
// - templates that are included one behind the other are included at once, which asks for one
//   order of the sections that suits all places;
// - a template that includes others does not include predict.c, but selects their sections, which
//   stand behind its own, and then its own rest (section NAME_2), which stands behind theirs;
// - what several C files include in their beginnings is included once for all of them: the files
//   are laid up to there, then come the templates, then what is left of the files.

import { posix } from "node:path";
import { BuildError } from "./objects.mjs";

/** What the file is called, and has to be: it includes itself. */
export const SINGLE_FILE = "predict.c";

/**
 * @typedef {object} Use Templates included at once.
 * @property {string[]} templates
 * @property {Map<string, string[]>} [conditions] The #if lines around some of them.
 */
/** @typedef {string | Use} Item A line, or an inclusion of templates. */

/** The sections by the paths of their templates, in the order in which they are met. */
export class TemplateSections {
  /** @type {Map<string, { first: string[], parts: Item[][] }>} */
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
    const items = joined(laid);
    const head = items[1];
    const first = typeof head === "object" ? head.templates : [];
    if (first.length > 0) items.splice(1, 1);
    this.#sections.set(path, { first, parts: cut(path, items) });
  }

  /** @param {string} path @returns {Use} */
  use(path) {
    return { templates: [...(this.#sections.get(path)?.first ?? []), path] };
  }

  /** @returns {string[]} */
  paths() {
    return [...this.#sections.keys()];
  }

  /** @param {string} path */
  parts(path) {
    return this.#sections.get(path)?.parts ?? [];
  }
}

/**
 * @param {TemplateSections} templates
 * @param {{ path: string, items: Item[] }[]} files The engine's, in order.
 * @returns {{ sections: string[], main: string[], breaches: string[] }}
 */
export function layTemplates(templates, files) {
  const main = gathered(files.map(({ path, items }) => ({ path, items: joined(items) })));
  const paths = templates.paths();
  const names = paths.flatMap((path) => templates.parts(path).map((_, n) => sectionName(path, n)));
  const breaches = paths.flatMap((path, index) =>
    paths
      .slice(0, index)
      .filter((before) => sectionName(before) === sectionName(path))
      .map((before) => `templates of one name: ${before} and ${path}`),
  );
  const uses = files.flatMap(({ items }) => joined(items).flatMap((item) => usedIn(item)));
  const { order, rest } = orderOf(
    names,
    uses.map((use) => use.flatMap((path) => sectionsOf(templates, path))),
  );
  if (rest.length > 0)
    breaches.push(
      `templates are included in orders that contradict each other: ${rest.join(", ")}`,
    );
  /** @type {Map<string, string[]>} */
  const texts = new Map();
  for (const path of paths) {
    const parts = templates.parts(path);
    for (const [n, part] of parts.entries()) {
      const name = sectionName(path, n);
      const goesOn = n + 1 < parts.length ? [`#define ${sectionName(path, n + 1)}`] : [];
      texts.set(name, [
        `#if defined(${name})`,
        `#undef ${name}`,
        ...part.flatMap((item) => (typeof item === "string" ? [item] : selection(item))),
        ...goesOn,
        "#endif",
      ]);
    }
  }
  return {
    sections: order.flatMap((name) => texts.get(name) ?? []),
    main: main.flatMap((item) =>
      typeof item === "string" ? [item] : [...selection(item), `#include "${SINGLE_FILE}"`],
    ),
    breaches,
  };
}

/**
 * The macro that selects a template's section, or a later part of it.
 *
 * @param {string} path
 */
function sectionName(path, part = 0) {
  const stem = posix.basename(path, ".inl").toUpperCase();
  return `LP_TEMPLATE_${stem}${part === 0 ? "" : `_${part + 1}`}`;
}

/** @param {Item} item @returns {string[][]} */
function usedIn(item) {
  return typeof item === "string" ? [] : [item.templates];
}

/**
 * A template's sections and those that it selects, in the order in which they must stand.
 *
 * @param {TemplateSections} templates
 * @param {string} path
 * @returns {string[]}
 */
function sectionsOf(templates, path) {
  return templates
    .parts(path)
    .flatMap((part, n) => [
      sectionName(path, n),
      ...part.flatMap(usedIn).flatMap((use) => use.flatMap((each) => sectionsOf(templates, each))),
    ]);
}

/** @param {Use} use */
function selection({ templates, conditions }) {
  return templates.flatMap((path) => {
    const around = conditions?.get(path) ?? [];
    return [...around, `#define ${sectionName(path)}`, ...around.map(() => "#endif")];
  });
}

/**
 * Makes one inclusion of those that follow each other.
 *
 * @param {Item[]} items
 */
function joined(items) {
  /** @type {Item[]} */
  const out = [];
  for (const item of items) {
    const last = out.at(-1);
    if (
      typeof item === "object" &&
      typeof last === "object" &&
      !endsLevel(last) &&
      !item.templates.some((path) => last.templates.includes(path))
    ) {
      out[out.length - 1] = { templates: [...last.templates, ...item.templates] };
    } else {
      out.push(item);
    }
  }
  return out;
}

/** Whether what follows belongs to another level, and the sections have to be gone through again. */
function endsLevel(/** @type {Use} */ { templates }) {
  return templates.at(-1)?.endsWith("_end.inl") === true;
}

/** @param {Item} item */
const opens = (item) => typeof item === "string" && /^\s*#\s*if/.test(item);
/** @param {Item} item */
const closes = (item) => typeof item === "string" && /^\s*#\s*endif/.test(item);
/** @param {Item} item */
const turns = (item) => typeof item === "string" && /^\s*#\s*el/.test(item);

/**
 * Cuts a template behind each place where it includes others, or behind the condition around it.
 *
 * @param {string} path
 * @param {Item[]} items The last is the mark of its end.
 * @returns {Item[][]}
 * @throws {BuildError} Inside a condition, something follows what is included there.
 */
function cut(path, items) {
  /** @type {Item[][]} */
  const parts = [[]];
  /** @type {boolean[]} For each open condition whether the branch has included something. */
  const included = [];
  let selects = false;
  for (const [index, item] of items.entries()) {
    if (typeof item === "object") {
      included.fill(true);
      selects = true;
    } else if (closes(item)) {
      included.pop();
    } else if (turns(item)) {
      included[included.length - 1] = false;
    } else if (included.includes(true)) {
      throw new BuildError(
        `${path}: a template that includes another inside a condition must not go on inside it: ${item.trim()}`,
      );
    } else if (opens(item)) {
      included.push(false);
    }
    parts.at(-1)?.push(item);
    if (selects && included.length === 0 && index < items.length - 2) {
      parts.push([]);
      selects = false;
    }
  }
  return parts;
}

/**
 * Gathers what the files include in their beginnings: once for all files, by level.
 *
 * @param {{ path: string, items: Item[] }[]} files
 * @returns {Item[]}
 */
function gathered(files) {
  const split = files.map(({ path, items }) => ({ path, ...splitAtLevels(items) }));
  const last = split.findLastIndex(({ levels }) => levels.length > 0);
  /** @type {{ conditions: string[], use: Required<Use> }[]} */
  const groups = [];
  for (const { conditions, use } of split.flatMap(({ levels }) => levels)) {
    const group = groups.find(
      (each) =>
        each.use.templates[0] === use.templates[0] &&
        each.conditions.every((line, n) => line === conditions[n]),
    );
    if (group === undefined) {
      groups.push({ conditions, use: { ...use, conditions: new Map() } });
      continue;
    }
    const rest = conditions.slice(group.conditions.length);
    for (const path of use.templates) {
      const isNew = !group.use.templates.includes(path);
      if (isNew) group.use.templates = [...group.use.templates, path];
      if (isNew && rest.length > 0) group.use.conditions.set(path, rest);
      if (!isNew && rest.length === 0) group.use.conditions.delete(path);
    }
  }
  return split.flatMap(({ path, before, levels }, index) => {
    /** @type {Item[]} */
    const items = levels.length === 0 ? before : [...before, mark("Break off", path)];
    if (index !== last) return items;
    return [
      ...items,
      ...groups.flatMap(({ conditions, use }) => [
        ...conditions,
        use,
        ...conditions.map(() => "#endif"),
      ]),
      ...split.flatMap((each) =>
        each.levels.length === 0 ? [] : [mark("Resume", each.path), ...each.after],
      ),
    ];
  });
}

/** @param {string} word @param {string} path */
export function mark(word, path) {
  return `/************** ${word} file ${path} **************/`;
}

/**
 * @param {Item[]} items Of one file.
 * @returns {{ before: Item[], levels: { conditions: string[], use: Use }[], after: Item[] }} `levels`:
 *   the first inclusions, with the #if lines around each, as long as nothing else stands between.
 */
function splitAtLevels(items) {
  /** @type {{ conditions: string[], use: Use }[]} Whole ones, and those in an open condition. */
  let levels = [];
  /** @type {{ conditions: string[], use: Use }[]} */
  let found = [];
  /** @type {{ line: string, index: number, isEmpty: boolean }[]} */
  const open = [];
  let begin = -1;
  let end = -1;
  for (const [index, item] of items.entries()) {
    if (typeof item === "object") {
      if (!endsLevel(item) || open.some(({ isEmpty }) => !isEmpty)) break;
      if (begin < 0) begin = open[0]?.index ?? index;
      found.push({ conditions: open.map(({ line }) => line), use: item });
    } else if (opens(item)) {
      open.push({ line: item, index, isEmpty: true });
    } else if (closes(item) && open.length > 0) {
      open.pop();
    } else {
      if (begin >= 0) break;
      for (const each of open) each.isEmpty = false;
    }
    if (begin >= 0 && open.length === 0) {
      levels = [...levels, ...found];
      found = [];
      end = index + 1;
    }
  }
  if (end < 0) return { before: items, levels: [], after: [] };
  return { before: items.slice(0, begin), levels, after: items.slice(end) };
}

/**
 * An order in which all uses go forward; `rest` are those for which there is none.
 *
 * @param {string[]} names
 * @param {string[][]} uses
 */
function orderOf(names, uses) {
  /** @type {string[]} */
  const order = [];
  let rest = [...names];
  for (;;) {
    const next = rest.find((name) =>
      uses.every((use) =>
        use.every((each, at) => each !== name || at === 0 || order.includes(use[at - 1] ?? "")),
      ),
    );
    if (next === undefined) return { order, rest };
    order.push(next);
    rest = rest.filter((name) => name !== next);
  }
}
