import { describe, expect, it } from "vitest";
import { encodeFrame, FrameReader } from "../src/frame-protocol.js";

describe("frames", () => {
  const first = encodeFrame({ call: "a" }, Buffer.from([1, 2, 3]));
  const second = encodeFrame({ call: "größe" }, Buffer.alloc(0));

  it("begin with both lengths", () => {
    expect(first.toString("latin1")).toBe('\x0c\0\0\0\x03\0\0\0{"call":"a"}\x01\x02\x03');
  });

  it("come back whole however the bytes arrive", () => {
    const all = Buffer.concat([first, second, first]);
    for (const piece of [1, 2, 7, 13, all.length]) {
      const reader = new FrameReader();
      const frames = [];
      for (let i = 0; i < all.length; i += piece) {
        frames.push(...reader.push(all.subarray(i, i + piece)));
      }
      expect(frames.map((frame) => frame.json["call"])).toEqual(["a", "größe", "a"]);
      expect(frames.map((frame) => [...frame.payload])).toEqual([[1, 2, 3], [], [1, 2, 3]]);
    }
  });

  it("refuse text that is not JSON", () => {
    const bytes = Buffer.from("\x03\0\0\0\0\0\0\0abc", "latin1");
    expect(() => new FrameReader().push(bytes)).toThrow(SyntaxError);
  });

  it.each([
    ["text", Buffer.from("loaded 3 files\n")],
    ["lengths of the other byte order", Buffer.from("\0\0\0\x02\0\0\0\0{}", "latin1")],
  ])("refuse %s where lengths belong, and show it", (_what, bytes) => {
    const shown = JSON.stringify(bytes.toString("latin1"));
    expect(() => new FrameReader().push(bytes)).toThrow(`it begins with ${shown}, where two`);
  });

  it("say what has come of one that is not complete", () => {
    const reader = new FrameReader();
    expect(reader.pending).toBe("nothing came");
    reader.push(first.subarray(0, 3));
    expect(reader.pending).toBe("only 3 bytes came");
    reader.push(first.subarray(3, 20));
    expect(reader.pending).toBe("20 bytes came of a frame that says it has 23");
    reader.push(first.subarray(20));
    expect(reader.pending).toBe("nothing came");
  });
});
