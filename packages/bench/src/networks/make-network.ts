/** Makes one network in a process of its own: `node make-network.js NAME`. */

import { architectures } from "./architectures.js";
import { makeNetwork } from "./network-cache.js";

const [, , name] = process.argv;
const architecture = architectures.find((one) => one.name === name);
if (architecture === undefined) throw new Error(`there is no network "${name}"`);
makeNetwork(architecture);
