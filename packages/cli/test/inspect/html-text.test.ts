import { describe, expect, it } from "vitest";
import { escapeHtml, Html, html, scriptJson } from "../../src/inspect/html-text.js";

describe("escapeHtml", () => {
  it("escapes what means something in elements and quoted attributes", () => {
    expect(escapeHtml(`<a href="x" title='y'>&</a>`)).toBe(
      "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;",
    );
  });

  it("replaces characters that HTML does not allow", () => {
    expect(escapeHtml("a\u0000b\ud800c😀")).toBe("a\ufffdb\ufffdc😀");
  });
});

describe("html", () => {
  it("escapes values, but not HTML that is finished", () => {
    const inner = html`<b>${"<"}</b>`;
    expect(html`<p title="${'"'}">${inner}${[inner, new Html("<i>")]}${3}</p>`.text).toBe(
      '<p title="&quot;"><b>&lt;</b><b>&lt;</b><i>3</p>',
    );
  });
});

describe("scriptJson", () => {
  it("is JSON that cannot end its element", () => {
    const value = { "</script>": "<!--<script>\u2028" };
    const { text } = scriptJson(value);
    expect(text).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual(value);
  });
});
