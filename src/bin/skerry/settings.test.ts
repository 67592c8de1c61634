import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layoutOf } from './layout.js';
import { loadSettings, mergeWishes, type Settings, saveSettings } from './settings.js';

const settings: Settings = {
  version: 1,
  node: 'edge-1',
  portOffset: 0,
  bridge: 'skerry-12345678',
  subnet: '10.231.7.0/24',
  images: 'local',
};

describe('what a start decides for the ones after it', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-settings-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read as it was written, and is absent before', async () => {
    const layout = layoutOf(folder);
    expect(await loadSettings(layout)).toBeUndefined();
    await saveSettings(layout, settings);
    expect(await loadSettings(layout)).toEqual(settings);
  });

  it('is refused in a sentence when damaged', async () => {
    const layout = layoutOf(folder);
    await writeFile(layout.settings, '{"version":1,');
    await expect(loadSettings(layout)).rejects.toMatchObject({ code: 'invalid', message: /is damaged/ });
  });

  it('takes new ports and images, but never another node', () => {
    expect(mergeWishes(settings, { portOffset: 5, images: 'registry' })).toEqual({
      ...settings,
      portOffset: 5,
      images: 'registry',
    });
    expect(mergeWishes(settings, { node: 'edge-1' })).toEqual(settings);
    expect(() => mergeWishes(settings, { node: 'edge-2' })).toThrow(/belongs to node edge-1/);
  });
});
