import { expect, it } from "vitest";
import { ModelCollector, type NextStep } from "../src/page/model-parts.js";

const file = (name: string): File => new File(["content"], name);
const symbol = file("net-symbol.json");
const params = file("net-0000.params");
const labels = file("synset.txt");

/** Names of the files of a model to open; else what is said. */
function told(step: NextStep): unknown {
  if (step.step === "wait") return step.text;
  const { files } = step;
  return [files.name, ...[files.symbol, files.params, files.labels].map((f) => (f as File)?.name)];
}

it("opens a model whose files come together", () => {
  expect(told(new ModelCollector().take({ symbol, params, labels }))).toEqual([
    "net",
    "net-symbol.json",
    "net-0000.params",
    "synset.txt",
  ]);
});

it("waits for the files that come one by one, and says for which", () => {
  const collector = new ModelCollector();
  expect(told(collector.take({ labels }))).toMatch(/synset.txt.*-symbol.json and .params/);
  expect(told(collector.take({ params }))).toMatch(/net-0000.params is here.*-symbol.json/);
  expect(told(collector.take({ symbol }))).toContain("synset.txt");
  expect(told(new ModelCollector().take({ symbol }))).toMatch(/net-symbol.json.*\.params/);
});

it("gives labels that come later to the model that is open", () => {
  const collector = new ModelCollector();
  collector.take({ symbol, params });
  collector.opened();
  expect(told(collector.take({ labels }))).toEqual([
    "net",
    "net-symbol.json",
    "net-0000.params",
    "synset.txt",
  ]);
});

it("takes nothing of the model before for the next one", () => {
  const collector = new ModelCollector();
  collector.take({ symbol, params, labels });
  collector.opened();
  const other = file("other-symbol.json");
  expect(told(collector.take({ symbol: other }))).toMatch(/other-symbol.json/);
  expect(told(collector.take({ params: file("other-0000.params") }))).toEqual([
    "other",
    "other-symbol.json",
    "other-0000.params",
    undefined,
  ]);
});

it("keeps the good part of a model that did not open", () => {
  const collector = new ModelCollector();
  collector.take({ symbol, params: file("damaged.params") });
  collector.failed("params");
  expect(told(collector.take({ params }))).toContain("net-0000.params");
  const another = new ModelCollector();
  another.take({ symbol: file("damaged-symbol.json"), params });
  another.failed("symbol");
  expect(told(another.take({ symbol }))).toContain("net-0000.params");
});

it("keeps all of a model whose size has to be asked for", () => {
  const collector = new ModelCollector();
  collector.take({ symbol, params });
  collector.failed("size");
  collector.opened();
  expect(told(collector.take({ labels }))).toContain("synset.txt");
});

it("keeps nothing where no part is to blame, or another model was chosen", () => {
  const collector = new ModelCollector();
  collector.take({ symbol, params });
  collector.failed("unsupported");
  expect(told(collector.take({ params }))).toMatch(/-symbol.json/);
  const another = new ModelCollector();
  another.take({ symbol, params });
  another.opened();
  another.forget();
  expect(told(another.take({ labels }))).toMatch(/Now the network/);
});
