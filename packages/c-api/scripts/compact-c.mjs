// Makes C text shorter by lines and changes none of its tokens: for the single file, which is built
// and never edited. Comments and empty lines go; a statement that stands on several lines is filled
// up to the width, as is the inside of an initialiser or an enum; a block of one statement, the
// statement after a label, and the brace that ends a block come up to the line before. Otherwise a
// line is a statement, so that a debugger still has something to stop at.
//
// It expects what a formatter has laid out: braces everywhere, one statement in a line. Other text
// keeps its meaning too, but may come out long.

/** A line break that a backslash takes away; stands for it while the text is read. */
const SPLICE = "\u0001";

/** Columns of the result. Only a token, a directive or a line that was longer is longer. */
export const COMPACT_WIDTH = 140;

/**
 * @typedef {object} Line
 * @property {boolean} isDirective
 * @property {string} indent
 * @property {string} text Without the indent; a directive may have several lines.
 * @property {boolean} ends Whether the next line begins a statement.
 * @property {boolean} isSimple One whole statement without blocks.
 * @property {boolean} opensBlock Its last token begins a block.
 */

/**
 * @param {string} text C, with LF.
 * @param {number} [width]
 * @returns {string[]}
 */
export function compactC(text, width = COMPACT_WIDTH) {
  const lines = withShortBlocks(filled(linesWithoutComments(text), width), width);
  return withHangingBraces(lines, width).flatMap((line) =>
    `${line.indent}${line.text}`.split("\n"),
  );
}

/**
 * Directives with the lines that continue them, and the other lines; comments are blanks.
 *
 * @param {string} text
 * @returns {{ isDirective: boolean, text: string }[]}
 */
function linesWithoutComments(text) {
  const code = text
    .replaceAll("\\\n", SPLICE)
    .replace(
      /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\[^\n]|[^"\\\n])*"|'(?:\\[^\n]|[^'\\\n])*'/g,
      (part) => (part.startsWith("/") ? " " : part.replaceAll(SPLICE, "")),
    );
  return code
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .map((line) =>
      /^\s*(?:#|%:)/.test(line)
        ? { isDirective: true, text: directive(line) }
        : { isDirective: false, text: line.replaceAll(SPLICE, "") },
    );
}

/**
 * A directive keeps the lines that it was written in.
 *
 * @param {string} line
 */
function directive(line) {
  return line
    .replace(new RegExp(`(?<=\\S)${SPLICE}(?=\\S)`, "g"), "")
    .split(SPLICE)
    .map((part) => part.trimEnd())
    .filter((part) => part.trim() !== "")
    .join(" \\\n");
}

/** Literals, words and numbers, operators. */
const TOKENS =
  /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[\w.]+|<<=|>>=|[-+*/%&|^<>=!]=|->|\+\+|--|&&|\|\||\S/g;

/** How a line may begin that goes on with a statement whose last line ended with a parenthesis. */
const GOES_ON = /^(?:[-+*/%&|^<>=!?:,.)\]}]|\{)/;

/** Follows brackets and statements from line to line. */
class Nesting {
  /** @type {("(" | "list" | "fields" | "block")[]} */
  #open = [];
  #assigns = false;
  /** @type {string[]} The first words of the statement. */
  #words = [];
  #last = "";
  #isLabel = false;

  /** @param {string} text One line. */
  read(text) {
    let opensBlock = false;
    let sawBlock = false;
    for (const token of text.match(TOKENS) ?? []) {
      opensBlock = false;
      const top = this.#open.at(-1);
      if (token === "(" || token === "[") this.#open.push("(");
      else if (token === ")" || token === "]") this.#open.pop();
      else if (token === "{") {
        const kind = this.#braceKind(top);
        this.#open.push(kind);
        opensBlock = kind === "block";
        if (kind === "block" || kind === "fields") this.#begin();
        sawBlock ||= opensBlock;
      } else if (token === "}") {
        if (this.#open.pop() === "block") {
          sawBlock = true;
          this.#begin();
        }
      } else if (top !== "(" && top !== "list") {
        if (token === ";") this.#begin();
        else {
          if (this.#words.length < 3) this.#words.push(token);
          if (/^(?:[-+*/%&|^]|<<|>>)?=$/.test(token)) this.#assigns = true;
        }
      }
      this.#last = token;
    }
    this.#isLabel = /^(?:case\b.*|default\s*|[A-Za-z_]\w*\s*):$/.test(text);
    if (this.#isLabel) this.#begin();
    return { opensBlock, sawBlock };
  }

  /** @param {string | undefined} next The line that follows, unless it is a directive. */
  ends(next = "") {
    const top = this.#open.at(-1);
    if (top === "(" || top === "fields") return false;
    if (top === "list") return this.#isRow(next);
    if (this.#isLabel || /^[;{}]$/.test(this.#last)) return true;
    return this.#last === ")" && !GOES_ON.test(next);
  }

  /** The rows of a table stay apart. @param {string} next */
  #isRow(next) {
    const isOuter = this.#open.filter((kind) => kind === "list").length === 1;
    return isOuter && /[,{]/.test(this.#last) && next.startsWith("{");
  }

  #begin() {
    this.#assigns = false;
    this.#words = [];
  }

  /** @param {string | undefined} top */
  #braceKind(top) {
    if (top === "list") return "list";
    if (top === "(") return this.#last === "(" ? "block" : "list";
    if (this.#assigns || this.#words[0] === "return" || this.#words.includes("enum")) return "list";
    return this.#last !== ")" && this.#words.some((word) => /^(?:struct|union)$/.test(word))
      ? "fields"
      : "block";
  }
}

/**
 * @param {{ isDirective: boolean, text: string }[]} lines
 * @param {number} width
 * @returns {Line[]}
 */
function filled(lines, width) {
  const nesting = new Nesting();
  /** @type {Line[]} */
  const out = [];
  let ends = true;
  lines.forEach((line, index) => {
    const text = line.isDirective ? line.text : line.text.trimStart();
    const indent = line.isDirective ? "" : line.text.slice(0, line.text.length - text.length);
    if (line.isDirective) {
      out.push({ ...line, indent, ends: true, isSimple: false, opensBlock: false });
      return;
    }
    const began = ends;
    const { opensBlock, sawBlock } = nesting.read(text);
    const next = lines[index + 1];
    ends = nesting.ends(next === undefined || next.isDirective ? undefined : next.text.trimStart());
    const isSimple = !sawBlock && ends && text.endsWith(";");
    const last = out.at(-1);
    const joined = last === undefined ? "" : `${last.text}${gap(last.text, text)}${text}`;
    if (
      last !== undefined &&
      !last.isDirective &&
      !began &&
      last.indent.length + joined.length <= width
    ) {
      const whole = last.isSimple || (last.ends === false && isSimple);
      out[out.length - 1] = {
        ...last,
        text: joined,
        ends,
        isSimple: whole && !last.opensBlock,
        opensBlock,
      };
    } else {
      out.push({ isDirective: false, indent, text, ends, isSimple: isSimple && began, opensBlock });
    }
  });
  return out;
}

/** @param {string} before @param {string} after */
function gap(before, after) {
  return /[([]$/.test(before) || /^[)\];,]/.test(after) ? "" : " ";
}

/**
 * @param {Line[]} lines
 * @param {number} width
 */
function withShortBlocks(lines, width) {
  /** @type {Line[]} */
  const out = [];
  /** @param {number} count How many of the last lines become one, if that is not too long. */
  const join = (count) => {
    const parts = out.slice(-count);
    const indent = parts[0]?.indent ?? "";
    const text = parts.map((part) => part.text).join(" ");
    const last = parts.at(-1);
    if (last === undefined || indent.length + text.length > width) return;
    out.splice(-count, count, { ...last, indent, text });
  };
  for (const line of lines) {
    out.push(line);
    if (line.isDirective) continue;
    if (line.isSimple && /^(?:case\b.*|default\s*):$/.test(out.at(-2)?.text ?? "")) join(2);
    else if (line.text.startsWith("}") && !line.opensBlock) join(shortBlocks(out));
  }
  return out;
}

/**
 * How many of the last lines are one block of one statement, or a chain of such (if and else);
 * 1: none.
 *
 * @param {Line[]} lines
 */
function shortBlocks(lines) {
  for (let at = lines.length - 1; at >= 2; at -= 2) {
    const opening = lines[at - 2];
    if (lines[at - 1]?.isSimple !== true || opening?.opensBlock !== true) return 1;
    if (!opening.text.startsWith("}")) return lines.length - at + 2;
  }
  return 1;
}

/**
 * A brace that ends a block stands behind the block's last line.
 *
 * @param {Line[]} lines
 * @param {number} width
 */
function withHangingBraces(lines, width) {
  /** @type {Line[]} */
  const out = [];
  for (const line of lines) {
    const last = out.at(-1);
    const hangs = /^\};?$/.test(line.text) && last?.isDirective === false;
    const text = `${last?.text} ${line.text}`;
    if (hangs && last.indent.length + text.length <= width) out[out.length - 1] = { ...last, text };
    else out.push(line);
  }
  return out;
}
