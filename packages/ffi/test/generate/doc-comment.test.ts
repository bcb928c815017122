import { describe, expect, it } from "vitest";
import { parseDocComment } from "../../generate/doc-comment.js";

const parse = (text: string) => parseDocComment(text, "h.h", 10);

describe("parseDocComment", () => {
  it("joins the lines of a paragraph and keeps paragraphs apart", () => {
    expect(parse("/**\n * One\n * two.\n *\n * Three.\n */").text).toBe("One two.\n\nThree.");
  });

  it("reads a comment of one line", () => {
    expect(parse("/** One. */")).toEqual({ text: "One.", parameters: [], errors: [] });
  });

  it.each([
    ["{string; caller}", { kind: "string", owner: { is: "caller" }, nullable: false }],
    ["{string[n]; caller; null}", { kind: "strings", length: "n", nullable: true }],
    ["{elements[size]; caller}", { kind: "elements", length: "size" }],
    [
      "{handle:model; new:Free}",
      { kind: "handle", handle: "model", owner: { is: "new", release: "Free" } },
    ],
    ["{handle:model[n]; new:Free}", { kind: "handles", handle: "model", length: "n" }],
    ["{struct:LPStats; caller}", { kind: "struct", struct: "LPStats" }],
    [
      "{view[*n]; library:next call, or Free}",
      { kind: "view", owner: { is: "library", until: "next call, or Free" } },
    ],
  ])("reads the tag %s", (tag, expected) => {
    const doc = parse(`/** Text.\n * @param[in] x ${tag} About x.\n */`);
    expect(doc.parameters[0]).toMatchObject({ ...expected, name: "x", doc: "About x.", line: 11 });
  });

  it.each([
    ["@return", "/** T.\n * @return\n */", "h.h:11: @return says nothing"],
    ["a second @thread", "/** T.\n * @thread any\n * @thread any\n */", "h.h:12: a second @thread"],
    [
      "{struct:S[n]; caller}",
      "/** T.\n * @param[in] x {struct:S[n]; caller} X.\n */",
      "h.h:11: parameter x: arrays of structures are not known",
    ],
    [
      "{string; caller; maybe}",
      "/** T.\n * @param[in] x {string; caller; maybe} X.\n */",
      /h\.h:11: parameter x: .*is not \{kind; owner\}/,
    ],
  ])("refuses %s", (_what, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
