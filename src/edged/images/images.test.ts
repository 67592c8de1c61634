import { describe, expect, it } from 'vitest';
import { matchingCredentials, secretCredentials } from './credentials.js';
import { normalizeImage } from './image-name.js';

describe('an image name', () => {
  it.each([
    ['busybox', 'busybox:latest'],
    ['reg:5000/a/b', 'reg:5000/a/b:latest'],
    ['reg.io/a:v1', 'reg.io/a:v1'],
    [`a@sha256:${'0'.repeat(64)}`, `a@sha256:${'0'.repeat(64)}`],
  ])('%s is %s to the runtime', (given, normal) => expect(normalizeImage(given)).toBe(normal));
  it.each(['', 'Upper', 'a b', 'a:', 'a:b c', 'a//b', 'a@sha256:xyz', ':v1'])('%j is refused', (name) => {
    expect(() => normalizeImage(name)).toThrow("couldn't parse image name");
  });
});

describe('a pull secret', () => {
  const secret = (auths: unknown) => ({
    metadata: { name: 's' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  });
  const users = (auths: Record<string, string>, image: string) => {
    const entries = Object.entries(auths).map(([key, user]) => [
      key,
      { auth: Buffer.from(`${user}:p:w`).toString('base64') },
    ]);
    return matchingCredentials(secretCredentials(secret(Object.fromEntries(entries))), image).map(
      ({ username }) => username,
    );
  };

  it('logs in where it matches, the most specific first', () => {
    const auths = {
      'https://reg.io/v2/': 'all',
      'reg.io/team': 'team',
      '*.io': 'glob',
      'reg.io:5000': 'port',
      'other.io': 'no',
    };
    expect(users(auths, 'reg.io/team/app:v1')).toEqual(['team', 'all', 'glob']);
    expect(users(auths, 'reg.io:5000/app')).toEqual(['port']);
    expect(users({ 'https://index.docker.io/v1/': 'hub' }, 'library/busybox')).toEqual(['hub']);
    expect(users({ '*.io': 'glob' }, 'a.b.io/app')).toEqual([]);
  });

  it('keeps a password with colons and never quotes malformed content', () => {
    const login = matchingCredentials(
      secretCredentials(secret({ 'r.io': { auth: Buffer.from('u:p:w').toString('base64') } })),
      'r.io/a',
    );
    expect(login[0]).toMatchObject({ username: 'u', password: 'p:w' });
    const broken = {
      metadata: { name: 's' },
      data: { '.dockerconfigjson': Buffer.from('{hunter2').toString('base64') },
    };
    expect(() => secretCredentials(broken)).toThrow('pull secret s: .dockerconfigjson is not JSON');
    expect(() => secretCredentials(broken)).not.toThrow('hunter2');
  });
});
