/** What a function throws, as name, code and message. */
export function failureOf(run: () => unknown): { name: string; code: string; message: string } {
  try {
    run();
  } catch (error) {
    const { name, code, message } = error as { name: string; code: string; message: string };
    return { name, code, message };
  }
  return { name: "none", code: "none", message: "nothing was thrown" };
}
