/** What to do about a failure, in the words of this page. */

const advice: Readonly<Record<string, string>> = {
  symbol:
    "The .json file is damaged, or it is no network. Get it again and add it: the .params file is still here.",
  params:
    "The .params file is damaged, or it is something else. Get it again and add it: the graph is still here.",
  unsupported:
    "The network needs operators that the library does not have. Leave those layers out when exporting it, or take another network.",
  attribute: "A layer is described in an impossible way. Export the network again.",
  missing: "The two files do not belong together. Take both from one export.",
  shape: "The files do not belong together, or the input size is another one: see the settings.",
  size: "Enter the width and height of its input in the settings, then apply them.",
  memory: "This device has too little memory for it. Close other pages, or take a smaller network.",
  load: "Files of this page are missing. Go online, then try again.",
  unavailable: "This browser cannot run the library. Take a newer one.",
};

/** A sentence or two; empty where the message says it all. */
export function adviceFor(code: string): string {
  return advice[code] ?? "";
}
