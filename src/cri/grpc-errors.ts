import { type ServiceError, status } from '@grpc/grpc-js';
import { EdgeError, type ErrorCode } from '../lib/index.js';

/** Every gRPC status has a meaning of ours; a status forgotten here does not compile. */
const codes: Record<status, ErrorCode> = {
  [status.OK]: 'internal',
  [status.CANCELLED]: 'unavailable',
  [status.UNKNOWN]: 'internal',
  [status.INVALID_ARGUMENT]: 'invalid',
  [status.DEADLINE_EXCEEDED]: 'timeout',
  [status.NOT_FOUND]: 'not-found',
  [status.ALREADY_EXISTS]: 'already-exists',
  [status.PERMISSION_DENIED]: 'denied',
  // grpc-js answers so when a message is over the receive limit.
  [status.RESOURCE_EXHAUSTED]: 'too-large',
  [status.FAILED_PRECONDITION]: 'conflict',
  [status.ABORTED]: 'conflict',
  [status.OUT_OF_RANGE]: 'invalid',
  [status.UNIMPLEMENTED]: 'unsupported',
  [status.INTERNAL]: 'internal',
  [status.UNAVAILABLE]: 'unavailable',
  [status.DATA_LOSS]: 'internal',
  [status.UNAUTHENTICATED]: 'denied',
};

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && 'details' in error && typeof error.details === 'string';

/**
 * What a failed call means here. The text is the server's own, from its first letter on: prefixes
 * such as `RegistryUnavailable` carry meaning (facts kubelet-on-cri §1).
 */
export function fromGrpcError(error: unknown): EdgeError {
  if (!isServiceError(error)) return new EdgeError('internal', String(error), { cause: error });
  return new EdgeError(codes[error.code] ?? 'internal', error.details, { cause: error });
}
