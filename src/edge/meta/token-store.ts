import { createHash } from 'node:crypto';
import type { TokenRequest } from '../../edged/index.js';
import type { ObjectKey } from '../../kube/index.js';
import { EdgeError, hasCode } from '../../lib/index.js';
import { createMessage, formatResource, groups, operations, sources } from '../../wire/index.js';
import type { Db } from './database.js';
import type { GroupCommit } from './group-commit.js';
import { isPlainObject, parseStored } from './json.js';
import { readReply } from './reply.js';
import type { Requests } from './requests.js';

export interface ServiceAccountToken {
  readonly token: string;
  readonly expirationTimestamp: string;
}

/** Service account tokens, kept on disk so that a restart without the cloud has them (facts cloudhub-wire §6.4). */
export interface TokenStore {
  token(key: ObjectKey, request: TokenRequest, signal?: AbortSignal): Promise<ServiceAccountToken>;
  /** Forgets the tokens of a pod; call inside a write. */
  removeOfPod(uid: string): void;
}

interface Row {
  readonly token: string;
  readonly expirationTimestamp: string;
  readonly issuedAt: number;
  readonly podUid: string;
}

const rowType = 'serviceaccounttoken';
const maxAgeMs = 24 * 3600 * 1000;

export function createTokenStore(options: {
  readonly db: Db;
  readonly commit: GroupCommit;
  readonly requests: Requests;
  readonly timeoutMs: number;
  readonly now: () => Date;
}): TokenStore {
  const { db, commit, requests, timeoutMs, now } = options;
  const select = db.prepare<[string], { value: string }>(
    `SELECT value FROM meta WHERE type = '${rowType}' AND key = ?`,
  );
  const insert = db.prepare(`INSERT OR REPLACE INTO meta (key, type, value) VALUES (?, '${rowType}', ?)`);
  const erase = db.prepare(
    `DELETE FROM meta WHERE type = '${rowType}' AND json_valid(value) AND json_extract(value, '$.podUid') = ?`,
  );

  const stored = (key: string): Row | undefined => {
    const value = parseStored(select.get(key)?.value ?? 'null');
    return isRow(value) ? value : undefined;
  };
  return {
    async token(account, request, signal) {
      const key = rowKey(account, request);
      const row = stored(key);
      if (row && isFresh(row, now())) return row;
      try {
        const message = tokenQuery(account, request);
        const issued = readToken(readReply(await requests.ask(message, { timeoutMs, signal })));
        const fresh: Row = { ...issued, issuedAt: now().getTime(), podUid: request.boundPod.uid };
        // A token that could not be kept is asked for again: the pod need not wait for the disk.
        commit.writeSoon(() => void insert.run(key, JSON.stringify(fresh))).catch(() => undefined);
        return fresh;
      } catch (error) {
        // Past its renewal time a token still serves until it expires: better than none while the cloud is away.
        if (row && hasCode(error, 'unavailable', 'timeout') && Date.parse(row.expirationTimestamp) > now().getTime()) {
          return row;
        }
        throw error;
      }
    },
    removeOfPod: (uid) => void erase.run(uid),
  };
}

function isFresh({ issuedAt, expirationTimestamp }: Row, now: Date): boolean {
  const age = now.getTime() - issuedAt;
  const life = Date.parse(expirationTimestamp) - issuedAt;
  return age >= 0 && age < maxAgeMs && age < 0.8 * life;
}

function rowKey({ namespace = '', name }: ObjectKey, request: TokenRequest): string {
  const asked = JSON.stringify([request.audiences, request.expirationSeconds, request.boundPod]);
  const digest = createHash('sha256').update(asked).digest('hex').slice(0, 32);
  return `${formatResource({ namespace, type: rowType, name })}/${digest}`;
}

function tokenQuery({ namespace = '', name }: ObjectKey, request: TokenRequest) {
  const { audiences, expirationSeconds, boundPod } = request;
  return createMessage({
    source: sources.edged,
    group: groups.meta,
    operation: operations.query,
    resource: formatResource({ namespace, type: rowType, name }),
    content: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace },
      spec: {
        audiences: audiences.length > 0 ? audiences : null,
        expirationSeconds,
        boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: boundPod.name, uid: boundPod.uid },
      },
    },
  });
}

function readToken(answer: Record<string, unknown> | undefined): ServiceAccountToken {
  const status = isPlainObject(answer?.status) ? answer.status : {};
  const { token, expirationTimestamp } = status;
  if (typeof token !== 'string' || token === '' || Number.isNaN(Date.parse(String(expirationTimestamp)))) {
    throw new EdgeError('unavailable', 'the cloud answered the token request without a token');
  }
  return { token, expirationTimestamp: String(expirationTimestamp) };
}

function isRow(value: unknown): value is Row {
  return isPlainObject(value) && typeof value.token === 'string' && typeof value.issuedAt === 'number';
}
