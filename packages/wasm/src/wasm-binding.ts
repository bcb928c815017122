/** The binding over an instance: every call is made at once, on the calling thread. */
import { Binding, type FunctionDescriptor } from "@libpredict/ffi/portable";
import { callbackTable } from "./callback-table.js";
import type { EngineInstance } from "./engine-instance.js";
import { LinearMemory } from "./linear-memory.js";

export class WasmBinding extends Binding {
  /** @param path - what messages call the module */
  constructor(
    readonly engine: EngineInstance,
    path: string,
  ) {
    super(
      {
        memory: new LinearMemory(engine),
        callbacks: callbackTable(engine),
        lookUp({ name, releases }) {
          const run = engine.function(name);
          // What a stopped instance held is gone with it.
          return run && releases ? (...values) => (engine.stopped ? 0 : run(...values)) : run;
        },
      },
      path,
    );
  }

  /** Runs it here after all: there is no other thread. */
  protected override callElsewhere(
    descriptor: FunctionDescriptor,
    values: ArrayLike<unknown>,
    resolve: (value: unknown) => void,
  ): void {
    resolve(this.call(descriptor, values));
  }
}
