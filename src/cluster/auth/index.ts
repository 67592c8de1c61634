export { type Authenticator, createAuthenticator } from './authenticate.js';
export { type Credentials, ensureCredentials, type Pair } from './credentials.js';
export type { FindObject } from './token-request.js';
export { createTokenAuthority, type TokenAuthority } from './tokens.js';
export { requireAllowed, requireKnown, type User } from './user.js';
