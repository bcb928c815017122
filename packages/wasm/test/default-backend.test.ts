// One instance for all models, until it fails.
import { expect, it } from "vitest";
import { defaultBackend } from "../src/default-backend.js";
import type { WasmBinding } from "../src/wasm-binding.js";

function fake(): { engine: { stopped: boolean } } {
  return { engine: { stopped: false } };
}

it("is made once, also when several ask at the same time", async () => {
  let starts = 0;
  const backend = defaultBackend(async () => {
    starts++;
    return fake() as unknown as WasmBinding;
  });
  const [first, second] = await Promise.all([backend(), backend()]);
  expect(second).toBe(first);
  expect(await backend()).toBe(first);
  expect(starts).toBe(1);
});

it("is tried again after a failure, and made anew after a trap", async () => {
  let offline = true;
  const started: { engine: { stopped: boolean } }[] = [];
  const backend = defaultBackend(async () => {
    if (offline) throw new Error("offline");
    const binding = fake();
    started.push(binding);
    return binding as unknown as WasmBinding;
  });
  await expect(backend()).rejects.toThrow("offline");
  offline = false;
  const first = await backend();
  const [only] = started;
  if (only) only.engine.stopped = true;
  expect(await backend()).not.toBe(first);
  expect(started).toHaveLength(2);
});
