/** One entry of an Accept header. */
interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

function parseAccept(header: string | undefined): MediaRange[] {
  const ranges = (header ?? '').slice(0, 4096).split(',').map(parseRange);
  // Sorting is stable: equal qualities keep the order of the header.
  return ranges.filter((range) => range.quality > 0).sort((a, b) => b.quality - a.quality);
}

function parseRange(text: string): MediaRange {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part) => {
      const [name = '', value = ''] = part.split('=').map((half) => half.trim());
      return [name.toLowerCase(), value] as const;
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality };
}

/** True when the first thing we can answer is the aggregated document in v2. */
export function prefersAggregated(accept: string | undefined): boolean {
  for (const { type, parameters } of parseAccept(accept)) {
    const json = type === 'application/json' || type === '*/*' || type === 'application/*';
    if (!json) continue;
    if (!parameters.has('as')) return false;
    const wanted = parameters.get('g') === 'apidiscovery.k8s.io' && parameters.get('v') === 'v2';
    if (wanted && parameters.get('as') === 'APIGroupDiscoveryList') return true;
  }
  return false;
}

/** True for clients that read OpenAPI v2 in gnostic's protobuf form and nothing else before it. */
export function acceptsGnostic(accept: string | undefined): boolean {
  for (const { type } of parseAccept(accept)) {
    if (type.startsWith('application/com.github.proto-openapi.spec.v2')) return true;
    if (type === 'application/json' || type === '*/*') return false;
  }
  return false;
}
