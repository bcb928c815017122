import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { colored, drawBar, drawImage, isRich, layOut } from "../src/drawing.js";

describe("isRich", () => {
  it("wants a terminal", () => {
    expect(isRich({ isTTY: true }, {})).toBe(true);
    expect(isRich({ isTTY: false }, {})).toBe(false);
    expect(isRich({}, {})).toBe(false);
  });

  it("obeys NO_COLOR unless it is empty, and a dumb terminal", () => {
    expect(isRich({ isTTY: true }, { NO_COLOR: "1" })).toBe(false);
    expect(isRich({ isTTY: true }, { NO_COLOR: "" })).toBe(true);
    expect(isRich({ isTTY: true }, { TERM: "dumb" })).toBe(false);
  });
});

describe("drawImage", () => {
  const ramp = Uint8Array.from(
    { length: 64 },
    (_, index) => (index % 8) * 2 + (index === 7 ? 2 : 0),
  );

  it("draws paper as blanks and ink as the darkest character, two columns a pixel", () => {
    const lines = drawImage(ramp, false);
    expect(lines).toHaveLength(8);
    expect(lines[0]).toBe("  ..::--++**##@@");
  });

  it("draws shades of grey in a rich terminal and resets the colour on every line", () => {
    const lines = drawImage(ramp, true);
    expect(lines[0]?.startsWith("\x1b[38;5;234m██")).toBe(true);
    expect(lines[0]?.endsWith("\x1b[38;5;255m██\x1b[0m")).toBe(true);
    for (const line of lines) {
      expect(stripVTControlCharacters(line)).toBe("█".repeat(16));
    }
  });
});

describe("drawBar", () => {
  it("fills its fraction of the width", () => {
    expect(drawBar(0.5, 10, false)).toBe("#####     ");
    expect(drawBar(0, 4, false)).toBe("    ");
    expect(drawBar(1, 4, false)).toBe("####");
    expect(drawBar(1, 4, true)).toBe("████");
  });

  it("shows eighths of a column in a rich terminal", () => {
    expect(drawBar(0.3125, 4, true)).toBe("█▎  ");
    expect(drawBar(0.0313, 4, true)).toBe("▏   ");
  });
});

describe("colored", () => {
  it("adds colours in a rich terminal only", () => {
    expect(colored("right", "green", true)).toBe("\x1b[32mright\x1b[0m");
    expect(colored("right", "green", false)).toBe("right");
  });
});

describe("layOut", () => {
  const blocks = [
    ["a1", "a2"],
    ["b1", "b2"],
    ["c1", "c2"],
  ];

  it("puts as many blocks side by side as fit", () => {
    expect(layOut(blocks, 2, 8)).toEqual(["a1    b1", "a2    b2", "", "c1", "c2", ""]);
  });

  it("puts one below the other in a narrow terminal", () => {
    expect(layOut(blocks, 2, 1)).toEqual(["a1", "a2", "", "b1", "b2", "", "c1", "c2", ""]);
  });
});
