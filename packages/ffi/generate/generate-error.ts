/** The one error of the generator: it stops generation and names the place in the header. */
export class GenerateError extends Error {
  override readonly name = "GenerateError";

  /**
   * @param file the header, as the user knows it
   * @param line line number, from 1
   * @param problem what is wrong there
   */
  constructor(
    readonly file: string,
    readonly line: number,
    problem: string,
  ) {
    super(`${file}:${line}: ${problem}`);
  }
}
