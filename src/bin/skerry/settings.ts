import { mkdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { EdgeError, writeFileAtomic } from '../../lib/index.js';
import type { Layout } from './layout.js';

/** What the first start decided and every later one keeps to. */
const settingsSchema = z.object({
  version: z.literal(1),
  node: z.string(),
  portOffset: z.int(),
  runtimeEndpoint: z.string().optional(),
  bridge: z.string(),
  subnet: z.string(),
  images: z.enum(['registry', 'local']),
});
export type Settings = z.infer<typeof settingsSchema>;

/** What the command line asks for; absent means: as before, or the default. */
export interface Wishes {
  readonly node?: string | undefined;
  readonly portOffset?: number | undefined;
  readonly runtimeEndpoint?: string | undefined;
  readonly images?: Settings['images'] | undefined;
}

export async function loadSettings(layout: Layout): Promise<Settings | undefined> {
  const text = await readFile(layout.settings, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const parsed = settingsSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new EdgeError(
    'invalid',
    `${layout.settings} is damaged (${z.prettifyError(parsed.error)}): restore it, or start over with --purge.`,
  );
}

export async function saveSettings(layout: Layout, settings: Settings): Promise<void> {
  await mkdir(layout.state, { recursive: true, mode: 0o700 });
  await writeFileAtomic(layout.settings, `${JSON.stringify(settings, null, 2)}\n`, 0o600);
}

/**
 * Lays the wishes over what an earlier start decided. The node keeps its name: its pods, its
 * certificate and its Node object are bound to it; a change throws `conflict`.
 */
export function mergeWishes(earlier: Settings, wishes: Wishes): Settings {
  if (wishes.node !== undefined && wishes.node !== earlier.node) {
    throw new EdgeError(
      'conflict',
      `This state belongs to node ${earlier.node}: leave --node out, use another --state, or remove it with --purge.`,
    );
  }
  return {
    ...earlier,
    portOffset: wishes.portOffset ?? earlier.portOffset,
    images: wishes.images ?? earlier.images,
    ...(wishes.runtimeEndpoint === undefined ? {} : { runtimeEndpoint: wishes.runtimeEndpoint }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
