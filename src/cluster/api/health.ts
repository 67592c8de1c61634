/** Answers /healthz, /livez and /readyz (facts kubernetes-api §2); undefined for other paths. */
export function healthText(pathname: string, query: URLSearchParams, checks: readonly string[]): string | undefined {
  const [root = '', check, ...rest] = pathname.split('/').filter((part) => part !== '');
  if (!['healthz', 'livez', 'readyz'].includes(root) || rest.length > 0) return undefined;
  if (check !== undefined) return checks.includes(check) ? 'ok' : undefined;
  if (!query.has('verbose')) return 'ok';
  return `${checks.map((name) => `[+]${name} ok\n`).join('')}${root} check passed\n`;
}
