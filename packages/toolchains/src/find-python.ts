/** Finds a Python that can run the Python binding. */

import { firstLine, isAtLeast, type Toolchain } from "./toolchain.js";

const leastVersion = "3.9";
const variable = "LIBPREDICT_PYTHON";

/**
 * The first of LIBPREDICT_PYTHON, LIBPREDICT_REFERENCE_PYTHON, python3, python that is new enough
 * and can import the modules. LIBPREDICT_PYTHON, where it is set, is the only one that is tried.
 *
 * @param modules what the work needs, by import name
 */
export function findPython(...modules: string[]): Toolchain {
  const named = process.env[variable];
  const candidates = named
    ? [named]
    : [process.env["LIBPREDICT_REFERENCE_PYTHON"], "python3", "python"];
  const program = `import sys; print('%d.%d' % sys.version_info[:2]); import ${["ctypes", ...modules].join(", ")}`;
  for (const python of candidates) {
    const version = python ? firstLine(python, "-c", program) : undefined;
    if (python && version !== undefined && isAtLeast(version, leastVersion)) {
      return { command: [python], environment: {} };
    }
  }
  const packages = modules.length === 0 ? "" : ` with ${modules.join(" and ")}`;
  const install = modules.length === 0 ? "install it" : `pip install ${modules.join(" ")}`;
  return {
    missing: `no Python ${leastVersion}${packages}; ${install}, and name that Python in ${variable}`,
  };
}
