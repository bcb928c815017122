// Finds dead links: in the built site (files and anchors), and in the Markdown files of the
// repository (files and headings), which people also read where the site is not.
// Usage: node docs/scripts/check-links.mjs        exit code 1 if a link is dead
// Links to other hosts are counted, not followed: a check must not depend on the network.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "node-html-parser";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const elsewhere = /^(?:[a-z][a-z\d+.-]*:|\/\/)/i;

/**
 * @typedef {object} LinkReport
 * @property {number} checked links that lead to a place in the tree
 * @property {number} external links to other hosts
 * @property {string[]} dead one line each: where it stands and where it leads
 */

/** @param {string} root @param {string[]} files @param {(file: string) => string[]} linksOf @param {(file: string) => Set<string>} anchorsOf @returns {LinkReport} */
function checkTree(root, files, linksOf, anchorsOf) {
  /** @type {LinkReport} */
  const report = { checked: 0, external: 0, dead: [] };
  /** @type {Map<string, Set<string>>} */
  const anchors = new Map();
  for (const file of files)
    for (const link of linksOf(file)) {
      if (elsewhere.test(link)) {
        if (!/^(?:data|javascript):/i.test(link)) report.external++;
        continue;
      }
      report.checked++;
      const [path = "", fragment = ""] = link.split("#");
      const target =
        path === "" ? file : resolve(dirname(file), decodeURIComponent(path.split("?")[0] ?? ""));
      const where = `${relative(root, file)}: ${link}`;
      if (!existsSync(target)) report.dead.push(`${where}: no such file`);
      else if (fragment !== "" && statSync(target).isFile() && /\.(?:html|md)$/.test(target)) {
        let known = anchors.get(target);
        if (!known) {
          known = anchorsOf(target);
          anchors.set(target, known);
        }
        if (!known.has(decodeURIComponent(fragment))) report.dead.push(`${where}: no such anchor`);
      }
    }
  return report;
}

/** Checks every page below a folder. @param {string} site @returns {LinkReport} */
export function checkSite(site) {
  const pages = readdirSync(site, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".html"))
    .map((name) => join(site, name));
  /** @type {Map<string, ReturnType<typeof parse>>} */
  const parsed = new Map();
  /** @param {string} file */
  const dom = (file) => {
    let page = parsed.get(file);
    if (!page) {
      page = parse(readFileSync(file, "utf8"));
      parsed.set(file, page);
    }
    return page;
  };
  /** @param {string} text */
  const plain = (text) => text.replaceAll("&amp;", "&");
  return checkTree(
    site,
    pages,
    (file) =>
      dom(file)
        .querySelectorAll("a[href], img[src], script[src], link[href]")
        .map((e) => plain(e.getAttribute("href") ?? e.getAttribute("src") ?? "")),
    (file) =>
      new Set(
        dom(file)
          .querySelectorAll("[id]")
          .map((e) => e.id),
      ),
  );
}

/** The anchor that a heading gets. @param {string} heading */
function slug(heading) {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

/** Checks Markdown files. @param {string} root @param {string[]} files @returns {LinkReport} */
export function checkMarkdown(root, files) {
  /** @param {string} file */
  const withoutCode = (file) => readFileSync(file, "utf8").replace(/^```[\s\S]*?^```/gm, "");
  return checkTree(
    root,
    files,
    (file) =>
      [
        ...withoutCode(file)
          .replace(/`[^`\n]*`/g, "")
          .matchAll(/\]\(([^()\s]+)\)/g),
      ].map((m) => m[1] ?? ""),
    (file) => new Set([...withoutCode(file).matchAll(/^#+ (.*)$/gm)].map((m) => slug(m[1] ?? ""))),
  );
}

function main() {
  const site = join(repository, "docs/site");
  if (!existsSync(site)) {
    console.error("docs: there is no docs/site; npm run docs makes it");
    return 1;
  }
  const tracked = execFileSync("git", ["ls-files", "*.md"], { cwd: repository, encoding: "utf8" });
  const files = tracked.split("\n").filter((f) => f !== "" && existsSync(join(repository, f)));
  const reports = {
    "pages of the site": checkSite(site),
    "Markdown files": checkMarkdown(
      repository,
      files.map((f) => join(repository, f)),
    ),
  };
  let dead = 0;
  for (const [what, report] of Object.entries(reports)) {
    for (const line of report.dead) console.error(`dead link in ${line}`);
    dead += report.dead.length;
    console.log(
      `docs: ${what}: ${report.checked} links checked, ${report.external} lead elsewhere, ${report.dead.length} dead`,
    );
  }
  return dead > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
