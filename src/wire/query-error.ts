/** Why a query failed, as far as a text can say. */
export interface QueryError {
  /** The machine word of a Kubernetes Status, such as `NotFound`; absent when the peer gave none. */
  readonly reason?: string;
  readonly message: string;
}

/**
 * The content of an `error` reply. Go edges take any text as a failure (facts cloudhub-wire §6.3); ours
 * read the reason in front, so that a missing object is told from a broken cloud.
 */
export function formatQueryError({ reason, message }: QueryError): string {
  return reason ? `${reason}: ${message}` : message;
}

/** Reads the content of an `error` reply of any peer. */
export function parseQueryError(content: unknown): QueryError {
  const text = typeof content === 'string' ? content : JSON.stringify(content ?? 'unknown error');
  const [, reason, message] = /^([A-Z][A-Za-z]+): (.+)$/s.exec(text) ?? [];
  return reason !== undefined && message !== undefined ? { reason, message } : { message: text };
}
