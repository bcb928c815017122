// Reads just enough C to know which names a file declares at its outermost level.
// Not a parser: the project's own sources are its only input, and the compiler has the last word.

/**
 * @typedef {object} Declaration
 * @property {string} name
 * @property {boolean} isFunction
 * @property {boolean} isDefinition A function with a body, or a variable that is not extern.
 * @property {boolean} isStatic
 * @property {boolean} isInternal Marked LP_INTERNAL, or LP_DATA and LP_DATA_DECLARE for constants.
 */

/**
 * Blanks comments and the contents of literals; line breaks stay, so line numbers hold.
 *
 * @param {string} text
 */
export function withoutCommentsAndLiterals(text) {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/g,
    (part) => {
      if (part[0] === '"') return '""';
      if (part[0] === "'") return "0";
      return part.replace(/[^\n]/g, " ");
    },
  );
}

/** @param {string} text Without comments. */
function withoutDirectives(text) {
  return text.replace(/^[ \t]*#(?:[^\n\\]|\\[\s\S])*/gm, "");
}

/** @param {string} text */
function withoutAttributes(text) {
  const nested =
    /\b(?:__attribute__|_Alignas|__declspec)\s*\((?:[^()]|\([^()]*\)|\((?:[^()]|\([^()]*\))*\))*\)/g;
  // The project's own macros for attributes, such as LP_PRINTF(1, 2).
  return text.replace(nested, " ").replace(/\bLP_[A-Z_]+\s*\([^()]*\)/g, " ");
}

/**
 * Everything declared at the outermost level of a C text.
 *
 * @param {string} text
 * @returns {Declaration[]}
 */
export function declarations(text) {
  const code = withoutAttributes(withoutDirectives(withoutCommentsAndLiterals(text))).replace(
    /\bextern\s*""\s*\{/g,
    " ",
  );
  /** @type {Declaration[]} */
  const found = [];
  let head = "";
  for (let at = 0; at < code.length; at++) {
    const char = code[at];
    if (char === ";") {
      found.push(...readHead(head, false));
      head = "";
    } else if (char === "{") {
      const isBody = /\)\s*\w*\s*$/.test(head) && !/=/.test(head);
      at = closingBrace(code, at);
      if (isBody) {
        found.push(...readHead(head, true));
        head = "";
      } else {
        head += "{}";
      }
    } else if (char !== "}") {
      head += char;
    }
  }
  return found;
}

/**
 * @param {string} code
 * @param {number} open
 */
function closingBrace(code, open) {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === "{") depth++;
    if (code[at] === "}" && --depth === 0) return at;
  }
  return code.length;
}

/**
 * @param {string} text A declaration up to its body or semicolon.
 * @param {boolean} hasBody
 * @returns {Declaration[]}
 */
function readHead(text, hasBody) {
  let head = text;
  while (/\[[^[\]]*\]/.test(head)) head = head.replace(/\[[^[\]]*\]/g, " ");
  if (!/\w/.test(head) || /\btypedef\b|\b_Static_assert\b/.test(head)) return [];
  const isStatic = /\bstatic\b/.test(head);
  const isInternal = /\bLP_(?:INTERNAL|DATA|DATA_DECLARE)\b/.test(head);
  const isExtern = /\bextern\b/.test(head);
  /** @param {string} name @param {boolean} isFunction */
  const declaration = (name, isFunction) => ({
    name,
    isFunction,
    isDefinition: isFunction ? hasBody : !isExtern,
    isStatic,
    isInternal,
  });

  const pointer = /\(\s*\*\s*(?:const\s+)?(\w+)/.exec(head);
  if (pointer?.[1] !== undefined && !hasBody) {
    return /^[^=]*\(\s*\*/.test(head) && !/^\s*[^(=]*\w\s*\((?!\s*\*)/.test(head)
      ? [declaration(pointer[1], false)]
      : functionName(head, declaration);
  }
  if (hasBody || (!/=/.test(head) && /\w\s*\(/.test(head))) return functionName(head, declaration);

  // A plain struct, union or enum declares no object.
  const shape = head.replace(/\{\}/g, "").trim();
  if (/^(?:struct|union|enum)\b(?:\s+\w+)?$/.test(shape)) return [];
  return outerText(head)
    .split(",")
    .map((part) => /(\w+)\s*$/.exec(part.split("=")[0] ?? "")?.[1])
    .filter((name) => name !== undefined)
    .map((name) => declaration(name, false));
}

/**
 * The name in front of the last outermost pair of parentheses.
 *
 * @param {string} head
 * @param {(name: string, isFunction: boolean) => Declaration} declaration
 */
function functionName(head, declaration) {
  let depth = 0;
  let last = -1;
  for (let at = 0; at < head.length; at++) {
    if (head[at] === "(" && depth++ === 0) last = at;
    if (head[at] === ")") depth--;
  }
  const name = /(\w+)\s*$/.exec(head.slice(0, last))?.[1];
  return last < 0 || name === undefined ? [] : [declaration(name, true)];
}

/** @param {string} text What stands outside all parentheses and braces. */
function outerText(text) {
  let depth = 0;
  let outer = "";
  for (const char of text) {
    if (char === "(" || char === "{") depth++;
    if (depth === 0) outer += char;
    if (char === ")" || char === "}") depth--;
  }
  return outer;
}

/**
 * The functions that the public header declares.
 *
 * @param {string} headerText
 * @returns {string[]} Sorted.
 */
export function publicFunctions(headerText) {
  const names = declarations(headerText)
    .filter(
      (entry) => entry.isFunction && !entry.isStatic && /^(?:MX|LP)[A-Z]\w*$/.test(entry.name),
    )
    .map((entry) => entry.name);
  return [...new Set(names)].sort();
}
