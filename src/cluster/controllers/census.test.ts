import { afterEach, describe, expect, it } from 'vitest';
import { createFakeKubeApi, type KubeObject, type ResourceType, resources } from '../../kube/index.js';
import { pause, silentLog } from '../../lib/index.js';
import { createKindRegistry } from '../kinds/index.js';
import { createCensus } from './census.js';

const running: { stop: AbortController; done: Promise<void> }[] = [];
afterEach(async () => {
  for (const { stop } of running) stop.abort();
  await Promise.all(running.splice(0).map(({ done }) => done));
});

function open() {
  const api = createFakeKubeApi();
  const registry = createKindRegistry();
  const census = createCensus({ api, registry, log: silentLog, now: () => new Date(), random: () => 1 });
  const stop = new AbortController();
  running.push({ stop, done: census.run(stop.signal) });
  const heard: string[] = [];
  census.subscribe(({ kind, citizen }) => heard.push(`${kind} ${citizen.kind.type.kind} ${citizen.key.name}`));
  return { api, registry, census, heard };
}
async function until(met: () => boolean) {
  for (let i = 0; i < 1000 && !met(); i += 1) await pause(5);
  expect(met()).toBe(true);
}

const widgets: ResourceType = { group: 'x.io', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true };
const definition: KubeObject = {
  metadata: { name: 'widgets.x.io' },
  ...{
    spec: {
      group: 'x.io',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  },
};

describe('the census', () => {
  it('is complete once every kind was listed, and knows who depends on whom', async () => {
    const { api, census } = open();
    expect(census.complete()).toBe(false);
    const owner = await api.create(resources.configMaps, { metadata: { namespace: 'default', name: 'owner' } });
    const uid = owner.metadata?.uid ?? '';
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    await api.create(resources.secrets, { metadata: { namespace: 'default', name: 'child', ownerReferences } });
    await until(() => census.complete() && census.dependents(uid).length === 1);
    await api.patch(
      resources.secrets,
      { namespace: 'default', name: 'child' },
      { kind: 'merge', body: { metadata: { ownerReferences: [] } } },
    );
    await until(() => census.dependents(uid).length === 0);
  });

  it('says nothing about changes that concern neither ownership nor deletion, nor about events', async () => {
    const { api, census, heard } = open();
    await until(() => census.complete());
    await api.create(resources.nodes, { metadata: { name: 'n' } });
    await api.create(resources.events, { metadata: { namespace: 'default', name: 'e' }, involvedObject: {} });
    await api.patch(resources.nodes, { name: 'n' }, { kind: 'merge', body: { metadata: { labels: { beat: '1' } } } });
    await api.delete(resources.nodes, { name: 'n' });
    await until(() => heard.includes('drop Node n'));
    expect(heard.filter((line) => !line.includes('Namespace'))).toEqual(['put Node n', 'drop Node n']);
  });

  it('follows custom kinds as they come and go', async () => {
    const { api, registry, census, heard } = open();
    await until(() => census.complete());
    registry.define(definition);
    await api.create(widgets, { metadata: { namespace: 'default', name: 'w' } });
    await until(() => heard.includes('put Widget w') && census.complete());
    registry.undefine('widgets.x.io');
    expect(heard.at(-1)).toBe('drop Widget w');
  });
});
