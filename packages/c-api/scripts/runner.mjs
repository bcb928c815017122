// How a program is started that was compiled for another processor: $LIBPREDICT_RUNNER before it,
// such as "qemu-aarch64 -L /usr/aarch64-linux-gnu".

/** @returns {string[]} */
export function runnerWords(env = process.env) {
  return (env["LIBPREDICT_RUNNER"] ?? "").split(/\s+/).filter(Boolean);
}

/**
 * @param {string} executable
 * @param {string[]} args
 * @returns {[string, string[]]} What spawn takes.
 */
export function runnable(executable, args = [], env = process.env) {
  const [program = executable, ...rest] = [...runnerWords(env), executable, ...args];
  return [program, rest];
}
