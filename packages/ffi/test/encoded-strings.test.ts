import { expect, it } from "vitest";
import { encodeString } from "../src/encoded-strings.js";

it("encodes as UTF-8 with a NUL behind, the first time and later", () => {
  const expected = [0x64, 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0];
  for (let i = 0; i < 3; i++) expect([...encodeString("dä€")]).toEqual(expected);
  expect([...encodeString("")]).toEqual([0]);
});

it("keeps short strings, but not without limit", () => {
  const first = encodeString("data");
  expect(encodeString("data")).toBe(first);
  const long = "x".repeat(1000);
  expect(encodeString(long)).not.toBe(encodeString(long));
  for (let i = 0; i < 5000; i++) expect(encodeString(`name${i}`).at(-1)).toBe(0);
  expect(encodeString("data")).not.toBe(first);
  expect(encodeString("data")).toEqual(first);
});
