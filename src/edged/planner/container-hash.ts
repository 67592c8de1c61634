const escaped: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * Identity of a container's definition over restarts of edged, interchangeable with other node
 * agents: FNV-1a 32 over the printed bytes of the JSON of image and name (facts kubelet-on-cri §2.5).
 */
export function containerHash(container: { name: string; image?: string }): string {
  const json = JSON.stringify({ image: container.image ?? '', name: container.name });
  const text = json.replace(/[<>&\u2028\u2029]/g, (character) => escaped[character] ?? character);
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`([]uint8)[${[...Buffer.from(text)].join(' ')}]`, 'latin1')) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
