import { expect, it } from "vitest";
import { nativeCapacity } from "../../src/node/native-capacity.js";

const library = (info: string | undefined): Parameters<typeof nativeCapacity>[0] => ({
  has: (name) => name === "LPGetBuildInfo" && info !== undefined,
  LPGetBuildInfo: () => info ?? "",
});

it("processors are those that the library counts", () => {
  expect(nativeCapacity(library("compiler=gcc threads=pthread cpus=6"), {}).processors).toBe(6);
  for (const info of ["compiler=gcc", "othercpus=3", "cpus=", "cpus=0", undefined])
    expect(nativeCapacity(library(info), {})).not.toHaveProperty("processors");
});

it.each([
  [undefined, 4],
  ["8", 8],
  ["1", 1],
  ["0", 1],
  ["", 1],
  ["many", 1],
  ["5000", 1024],
])("UV_THREADPOOL_SIZE=%s means %d calls at a time", (text, calls) => {
  const environment = text === undefined ? {} : { UV_THREADPOOL_SIZE: text };
  expect(nativeCapacity(library(undefined), environment)).toEqual({ parallelRuns: calls });
});
