import type { EdgedConfig } from '../../edged/index.js';
import type { HubConfig } from '../hub/index.js';
import type { StreamConfig } from '../stream/index.js';

/** Everything an edgecore is told, whatever generation of file it came from. */
export interface EdgeConfig {
  readonly nodeName: string;
  /** The SQLite file. */
  readonly databasePath: string;
  readonly hub: HubConfig;
  /** Undefined when the tunnel for logs and metrics is off. */
  readonly stream?: StreamConfig;
  /** How long a query to the cloud may take. */
  readonly queryTimeoutMs: number;
  readonly reportEvents: boolean;
  readonly runtime: {
    readonly endpoint: string;
    readonly imageEndpoint?: string;
    readonly requestTimeoutMs: number;
  };
  readonly edged: EdgedConfig;
  /** Sentences about what the file says and this edgecore does not heed; for the log. */
  readonly warnings: readonly string[];
}
