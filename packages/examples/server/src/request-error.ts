/** Errors of a request. */

/** A request that cannot be answered, with the status that says so. */
export class RequestError extends Error {
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
