import { describe, expect, it } from "vitest";
import { visibleText } from "../src/visible-text.js";

describe("visibleText", () => {
  it("leaves text as it is, and takes what acts on a terminal out", () => {
    expect(visibleText("conv_1×1 · Größe 卷积 😀")).toBe("conv_1×1 · Größe 卷积 😀");
    expect(visibleText("\u001b[31mred\u0007\n\u202etxt\u2028\ud800")).toBe("�[31mred���txt��");
  });
});
