import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { loadCloudConfig } from './load-config.js';

it('reads the example in deploy/ without a warning', async () => {
  const warnings: string[] = [];
  const text = await readFile(new URL('../../../deploy/cloudcore.yaml', import.meta.url), 'utf8');
  expect(loadCloudConfig(text, (sentence) => void warnings.push(sentence)).modules.cloudStream.enable).toBe(true);
  expect(warnings).toEqual([]);
});
