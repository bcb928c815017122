import { expect, it } from "vitest";
import { type Choice, digits, NetworkChoice } from "../src/page/network-choice.js";
import type { Preparation } from "../src/protocol.js";

const file = (name: string): File => new File(["content"], name);
const symbol = file("net-symbol.json");
const params = file("net-0000.params");
const preparation = { width: 10, height: 10 } as Preparation;

/** A choice that has the network open. */
function withNetwork(): { readonly choice: NetworkChoice; readonly open: Choice } {
  const choice = new NetworkChoice();
  const open = choice.take({ symbol, params }) as Choice;
  choice.want(open);
  choice.opened(open);
  return { choice, open };
}

it("begins with the digits", () => {
  const choice = new NetworkChoice();
  expect(choice.wanted).toBe(digits);
  expect(choice.best).toBe(digits);
  expect(choice.isOpen).toBe(false);
  choice.opened(digits);
  expect(choice.isOpen).toBe(true);
});

it("keeps the settings of a network that gets other labels, and of no other one", () => {
  const { choice, open } = withNetwork();
  choice.opened({ ...open, preparation });
  expect(choice.take({ labels: file("labels.txt") })).toMatchObject({ preparation });
  const other = choice.take({ symbol: file("net-symbol.json"), params }) as Choice;
  expect(other.preparation).toBeUndefined();
});

it("goes back to what is open when another one fails", () => {
  const { choice, open } = withNetwork();
  choice.want(
    choice.take({ symbol: file("bad-symbol.json"), params: file("bad.params") }) as Choice,
  );
  choice.failed("params");
  expect(choice.wanted).toBe(open);
  expect(choice.isOpen).toBe(true);
});

it("stays with one whose size is asked for, or whose files did not come", () => {
  for (const code of ["size", "load"]) {
    const { choice, open } = withNetwork();
    const next = choice.take({ symbol: file("odd-symbol.json"), params }) as Choice;
    choice.want(next);
    choice.failed(code);
    expect(choice.wanted).toBe(next);
    expect(choice.best).toBe(open);
    expect(choice.isOpen).toBe(false);
  }
});

it("forgets files when the digits are taken", () => {
  const choice = new NetworkChoice();
  expect(choice.take({ symbol })).toMatch(/\.params/);
  choice.takeDigits();
  expect(choice.take({ params })).toMatch(/-symbol\.json/);
});
