import { describe, expect, it } from "vitest";
import { textTable, textWidth } from "../src/text-table.js";

describe("textTable", () => {
  it("aligns columns, numbers to the right, without trailing spaces", () => {
    expect(
      textTable(
        [{ title: "name" }, { title: "bytes", align: "right" }, { title: "note" }],
        [
          ["a", "12"],
          ["longer", "1234567", "x"],
        ],
      ),
    ).toEqual(["name      bytes  note", "a            12", "longer  1234567  x"]);
  });

  it("has no line of headings where all are empty", () => {
    expect(textTable([{ title: "" }, { title: "" }], [["a", "b"]])).toEqual(["a  b"]);
  });

  it("gives colours no room", () => {
    const red = "\u001b[31mab\u001b[39m";
    expect(textWidth(red)).toBe(2);
    expect(
      textTable(
        [{ title: "" }, { title: "" }],
        [
          [red, "x"],
          ["abc", "y"],
        ],
      ),
    ).toEqual([`${red}   x`, "abc  y"]);
  });
});
