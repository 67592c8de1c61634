import { errorFromStatus, failureStatus } from '../../kube/index.js';

/** Who makes a request. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Administrators, and the programs of this cluster, which are trusted alike until there is RBAC. */
export const adminGroup = 'system:masters';
export const componentGroup = 'skerry:components';

export interface Attempt {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

const isTrusted = ({ groups }: User) => groups.includes(adminGroup) || groups.includes(componentGroup);

const reason = 'RBAC is not supported by this cluster yet, so only administrators and its own components may';

/** Lets the trusted groups do anything; everybody else gets the conventional 403 (facts kubernetes-api §3, §13). */
export function requireAllowed(user: User, attempt: Attempt): void {
  if (isTrusted(user)) return;
  const { verb, group, namespace, name } = attempt;
  const resource = attempt.subresource === undefined ? attempt.resource : `${attempt.resource}/${attempt.subresource}`;
  const qualified = group === '' ? attempt.resource : `${attempt.resource}.${group}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${qualified}${name === undefined ? '' : ` "${name}"`} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}: ${reason}`;
  throw errorFromStatus(
    failureStatus(403, 'Forbidden', message, {
      ...(name !== undefined && { name }),
      ...(group !== '' && { group }),
      kind: attempt.resource,
    }),
  );
}

/** Discovery is for everybody who has said who they are. */
export function requireKnown(user: User, path: string): void {
  if (user.groups.includes('system:authenticated')) return;
  throw errorFromStatus(
    failureStatus(403, 'Forbidden', `forbidden: User "${user.name}" cannot get path "${path}"`, {}),
  );
}
