import { expect, it } from "vitest";
import { timeScale } from "../../src/profile/time-scale.js";

it("writes times in the unit that suits their sum", () => {
  const long = timeScale(1);
  expect([long.unit, long.text(0.0123), long.text(12)]).toEqual(["ms", "0.012", "12.000"]);
  const short = timeScale(0.99);
  expect([short.unit, short.text(0.01234), short.text(0.5)]).toEqual(["µs", "12.34", "500.00"]);
});
