// Stands for core's tests where they cannot run on this package.
import { it } from "vitest";
import { skipModules } from "../test/fake/built-modules.js";

it("core's tests pass over WebAssembly", ({ skip }) => {
  skip(skipModules !== undefined, skipModules);
});
