import { expect, it } from "vitest";
import { Held } from "../src/disposal.js";

function resource(): { disposals: number; dispose(): void } {
  return {
    disposals: 0,
    dispose() {
      this.disposals++;
    },
  };
}

it("a resource is released once, however often that is asked", () => {
  const inner = resource();
  const held = new Held(inner);
  held.dispose();
  held.dispose();
  expect(inner.disposals).toBe(1);
});

it("a resource in use is released when its last user is done", () => {
  const inner = resource();
  const held = new Held(inner);
  const [first, second] = [held.use(), held.use()];
  held.dispose();
  expect(held.disposed).toBe(true);
  first();
  expect(inner.disposals).toBe(0);
  second();
  expect(inner.disposals).toBe(1);
});

it("a resource that is replaced is released, and so is the one in its place", () => {
  const [old, fresh] = [resource(), resource()];
  const held = new Held(old);
  held.replace(fresh);
  expect([old.disposals, fresh.disposals]).toEqual([1, 0]);
  held.dispose();
  expect([old.disposals, fresh.disposals]).toEqual([1, 1]);
});
