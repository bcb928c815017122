/**
 * Code blocks of Markdown files. A block's info string is its language and, behind it, words:
 * `no-run` compiles a block (or checks its syntax) without running it; `file=NAME` also writes it
 * under that name into the folder where the blocks of the file run; `args=…` are the arguments of
 * a program in C, parted by commas.
 */
import { readFileSync } from "node:fs";

export interface CodeBlock {
  /** Path of the Markdown file, from the root of the repository, and line of the block. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
  readonly run: boolean;
  readonly file?: string;
  readonly args: readonly string[];
}

/** Languages whose blocks show something that is not meant to be run. */
const shown = new Set(["", "text", "console", "diff"]);

/**
 * The blocks of a file that can be compiled or run.
 *
 * @throws Error a block's info string has an unknown word
 */
export function codeBlocks(root: string, path: string): CodeBlock[] {
  const lines = readFileSync(`${root}/${path}`, "utf8").split("\n");
  const blocks: CodeBlock[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [, indent, info] = /^(\s*)```(.*)$/.exec(lines[i] ?? "") ?? [];
    if (indent === undefined || info === undefined) continue;
    const begin = i + 1;
    while (++i < lines.length && lines[i] !== `${indent}\`\`\``);
    const [language = "", ...words] = info.trim().split(/\s+/);
    if (shown.has(language)) continue;
    const place = `${path}:${begin}`;
    const value = (name: string): string | undefined =>
      words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
    for (const word of words)
      if (!/^(?:no-run|file=.+|args=.+)$/.test(word))
        throw new Error(`${place}: "${word}" means nothing behind a language`);
    const file = value("file");
    blocks.push({
      place,
      language,
      code: `${lines.slice(begin, i).join("\n")}\n`,
      run: !words.includes("no-run"),
      ...(file === undefined ? {} : { file }),
      args: value("args")?.split(",") ?? [],
    });
  }
  return blocks;
}
