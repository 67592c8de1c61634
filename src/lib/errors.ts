/** Every way a call can fail that a caller may branch on. The list is closed; adapters map it to gRPC, HTTP and wire statuses. */
export type ErrorCode =
  | 'invalid'
  | 'denied'
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'gone'
  | 'too-large'
  | 'timeout'
  | 'unavailable'
  | 'unsupported'
  | 'internal';

/** The one error class of the project. Branch on `code`, never on the text; `cause` keeps what really happened. */
export class EdgeError extends Error {
  override readonly name = 'EdgeError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** True when `error` is an EdgeError with one of these codes. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is EdgeError {
  return error instanceof EdgeError && codes.includes(error.code);
}

/** The text of anything thrown, for logs and events. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Ends a switch over a union: a forgotten variant does not compile. */
export function unreachable(value: never): never {
  throw new EdgeError('internal', `unexpected value ${JSON.stringify(value)}`);
}
