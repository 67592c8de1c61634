/**
 * The certificate library, loaded when the first certificate is made: it weighs about 20 MB of memory,
 * and an edge needs it for minutes of its life. It asks for a Reflect polyfill before it loads.
 */
export async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
