import { describe, expect, it } from "vitest";
import { parseLabels } from "../../src/index.js";
import { failureOf } from "../fake/failure-of.js";

const synset = "n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n";

describe("labels", () => {
  it.each([
    ["a synset file", synset, ["tench, Tinca tinca", "goldfish, Carassius auratus"]],
    ["lines", "cat\ndog\n", ["cat", "dog"]],
    ["one line", "cat", ["cat"]],
    ["numbers", "0\n1\n2", ["0", "1", "2"]],
    ["Windows lines with a byte order mark", "\uFEFFcat\r\ndog\r\n\r\n", ["cat", "dog"]],
    ["old Macintosh lines", "cat\rdog\r", ["cat", "dog"]],
    ["blanks around names and at the end", "  cat \n\tdog\n \n\n", ["cat", "dog"]],
    ["equal names", "crane\ncrane\n", ["crane", "crane"]],
    ["ids without names", "n01440764\nn01443537\n", ["n01440764", "n01443537"]],
    ["lines of which only some have an id", "n01440764 tench\ncat", ["n01440764 tench", "cat"]],
    ["a JSON array", '["cat", "dog"]', ["cat", "dog"]],
    [
      "a JSON array of pairs",
      '[["n01440764","tench"],["n01443537","goldfish"]]',
      ["tench", "goldfish"],
    ],
    [
      "a JSON object by index",
      '\uFEFF {"1": "dog", "0": "cat", "10": "k", "2": "c", "3": "d", "4": "e", "5": "f", "6": "g", "7": "h", "8": "i", "9": "j"}',
      ["cat", "dog", "c", "d", "e", "f", "g", "h", "i", "j", "k"],
    ],
    [
      "a JSON object of pairs by index",
      '{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}',
      ["tench", "goldfish"],
    ],
    ["a JSON object of indices by name", '{"dog": 1, "cat": 0}', ["cat", "dog"]],
  ])("are read from %s", (_, text, labels) => {
    expect(parseLabels(text)).toEqual(labels);
  });

  it("keep their ids where asked", () => {
    expect(parseLabels(synset, { ids: true })).toEqual(synset.trimEnd().split("\n"));
    expect(parseLabels('{"0": ["n01440764", "tench"]}', { ids: true })).toEqual([
      "n01440764 tench",
    ]);
    expect(parseLabels("cat\ndog", { ids: true })).toEqual(["cat", "dog"]);
  });

  it.each([
    ["nothing", "", /no labels/],
    ["blanks", "\uFEFF \n\r\n", /no labels/],
    ["binary data", "abc\0\u0001", /binary/],
    ["an empty line between others", "cat\n\ndog", /line 2 .* empty/],
    ["an empty line before others", "\ncat", /line 1 .* empty/],
    ["damaged JSON", '["cat", ', /begin like JSON, but are not/],
    ["an empty array", "[]", /empty/],
    ["an empty object", "{}", /empty/],
    ["an array of numbers", "[1, 2]", /label 0 is 1/],
    ["an array with an empty name", '["cat", " "]', /label 1 is " "/],
    ["an array of triples", '[["n0", "a", "b"]]', /label 0 is \["n0","a","b"\]/],
    [
      "an object that leaves an index out",
      '{"0": "cat", "2": "dog"}',
      /2 labels, but none for index 1/,
    ],
    ["an object that begins at 1", '{"1": "cat", "2": "dog"}', /none for index 0/],
    ["an object with an index twice", '{"cat": 0, "dog": 0}', /one index/],
    ["an object of something else", '{"labels": ["cat"]}', /indices as keys/],
    ["keys that are the same number", '{"0": "cat", "00": "dog"}', /one index/],
  ])("are refused if there is %s", (_, text, message) => {
    const failure = failureOf(() => parseLabels(text));
    expect(failure.code).toBe("argument");
    expect(failure.message).toMatch(message);
  });

  it("are refused if they are no text", () => {
    expect(failureOf(() => parseLabels(new Uint8Array(3) as never)).code).toBe("argument");
  });
});
