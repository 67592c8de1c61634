import type { Link } from '../../wire/index.js';

/** A link to the cloud with what only its owner can do. */
export interface CloudConnection {
  readonly link: Link;
  /** Settles when the cloud has read everything sent before the call; throws `unavailable` when the link goes down first. */
  barrier(): Promise<void>;
}
