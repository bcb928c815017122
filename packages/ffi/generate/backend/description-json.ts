/** Back end: the description itself, written down for review. */
import type { Backend } from "./backend.js";

export const descriptionJson: Backend = {
  name: "description",
  generate: (api) => [{ path: "ffi/api.json", text: `${JSON.stringify(api, null, 2)}\n` }],
};
