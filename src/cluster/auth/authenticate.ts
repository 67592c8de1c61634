import type { TLSSocket } from 'node:tls';
import { readCertificate } from '../../wire/index.js';
import { unauthorized } from '../refusals.js';
import { anonymous, type User } from './user.js';

/** Who is at the other end, by bearer token or client certificate. Throws 401 for credentials that are no good. */
export type Authenticator = (socket: TLSSocket, authorization: string | undefined) => Promise<User>;

/** @param verifyToken the account a token stands for; rejects when it stands for none */
export function createAuthenticator(verifyToken: (token: string) => Promise<User>): Authenticator {
  const known = new WeakMap<TLSSocket, User>();
  return async (socket, authorization) => {
    if (authorization !== undefined) {
      const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
      if (token === undefined) throw unauthorized();
      return verifyToken(token);
    }
    const user = known.get(socket) ?? userOfSocket(socket);
    known.set(socket, user);
    return user;
  };
}

/** The subject of a certificate of our CA: CN is the user, each O a group (facts kubernetes-api §13). */
function userOfSocket(socket: TLSSocket): User {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return anonymous;
  if (!socket.authorized) throw unauthorized();
  const { commonName, organizations } = readCertificate(certificate.raw);
  if (commonName === '') throw unauthorized();
  return { name: commonName, groups: [...organizations, 'system:authenticated'] };
}
