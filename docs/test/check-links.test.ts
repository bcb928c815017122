import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { checkMarkdown, checkSite } from "../scripts/check-links.mjs";

const folder = mkdtempSync(join(tmpdir(), "libpredict-links-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("finds dead files and dead anchors of a site, and follows no link to another host", () => {
  writeFileSync(join(folder, "there.html"), '<h2 id="part">Part</h2>');
  writeFileSync(
    join(folder, "index.html"),
    '<a href="there.html#part">1</a> <a href="there.html#gone">2</a> <a href="gone.html">3</a> <img src="gone.png"> <a href="https://example.org/gone">4</a>',
  );
  expect(checkSite(folder)).toEqual({
    checked: 4,
    external: 1,
    dead: [
      "index.html: there.html#gone: no such anchor",
      "index.html: gone.html: no such file",
      "index.html: gone.png: no such file",
    ],
  });
});

it("finds them in Markdown, where headings are anchors and code has no links", () => {
  const file = join(folder, "guide.md");
  writeFileSync(
    file,
    "# A guide: `code`, too\n[1](#a-guide-code-too) [2](#gone) [3](gone.md) `[4](no-link.md)`\n\n```text\n[5](no-link.md)\n```\n",
  );
  expect(checkMarkdown(folder, [file])).toEqual({
    checked: 3,
    external: 0,
    dead: ["guide.md: #gone: no such anchor", "guide.md: gone.md: no such file"],
  });
});
