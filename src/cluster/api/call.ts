import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject, Status } from '../../kube/index.js';
import type { Log } from '../../lib/index.js';
import type { Admission } from '../admission/index.js';
import type { User } from '../auth/index.js';
import type { Discovery, Kind, KindRegistry, ObjectRules, TableMaker } from '../kind.js';
import type { ObjectStore } from '../store/index.js';
import type { ResourcePath } from './resource-path.js';

/** What the verbs work with. */
export interface Api {
  readonly registry: KindRegistry;
  readonly rules: ObjectRules;
  readonly store: ObjectStore;
  readonly makeTable: TableMaker;
  readonly discovery: Discovery;
  readonly admission: Admission;
  readonly issueToken: (account: KubeObject, request: KubeObject) => Promise<KubeObject>;
  readonly openLog: (path: string, signal: AbortSignal) => Promise<IncomingMessage>;
  readonly now: () => Date;
  readonly random: () => number;
  readonly log: Log;
}

/** One request to a resource, authenticated and routed. */
export interface Call {
  readonly request: IncomingMessage;
  readonly path: ResourcePath;
  readonly kind: Kind;
  readonly query: URLSearchParams;
  readonly user: User;
  /** Aborts when the client goes or the server stops. */
  readonly signal: AbortSignal;
  /** Collects texts for Warning headers. */
  readonly warnings: string[];
}

/** What a verb has decided to say; `respond` puts it into the form the client asked for. */
export type Answer =
  | { readonly form: 'object'; readonly code: number; readonly object: KubeObject }
  | { readonly form: 'list'; readonly objects: readonly KubeObject[]; readonly metadata: Record<string, unknown> }
  | { readonly form: 'plain'; readonly code: number; readonly body: KubeObject | Status }
  | {
      readonly form: 'stream';
      readonly contentType: string;
      /**
       * Gets ready while an error can still become a Status; gives what writes the body. The response ends when that
       * settles.
       */
      readonly prepare: (signal: AbortSignal) => Promise<(response: ServerResponse) => Promise<void>>;
    };

export type Verb = (api: Api, call: Call) => Promise<Answer>;
