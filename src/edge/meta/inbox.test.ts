import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectTestCloud, isAckOf, openTestMeta, temporaryFolder, testPod } from './test-cloud.js';

const resource = fc.oneof(
  fc.constantFrom(
    'default/pod/a',
    'default/configmap/a',
    'null/node/a',
    'default/podpatch/a',
    'null/runtimeclass/a',
    'a',
    '',
  ),
  fc.string({ maxLength: 30 }),
);
const metadata = fc.record(
  { name: fc.oneof(fc.constant('a'), fc.jsonValue()), uid: fc.jsonValue(), resourceVersion: fc.jsonValue() },
  { requiredKeys: [] },
);
const content = fc.oneof(
  fc.jsonValue(),
  fc.record({
    kind: fc.oneof(fc.constant('Pod'), fc.jsonValue()),
    metadata: fc.oneof(metadata, fc.jsonValue()),
    spec: fc.jsonValue(),
  }),
  fc.record({ Object: fc.jsonValue(), Err: fc.jsonValue() }),
  fc.record({ ErrStatus: fc.jsonValue() }),
);
const message = fc.record({
  operation: fc.constantFrom('insert', 'update', 'delete', 'query', 'patch', 'response', 'error', 'createvolume', 'x'),
  group: fc.constantFrom('resource', 'func', 'twin', 'user', ''),
  resource,
  content,
  isReply: fc.boolean(),
});

describe('whatever a cloud sends', { timeout: 30_000 }, () => {
  it('is answered once or dropped, and the edge goes on', async () => {
    await using folder = await temporaryFolder();
    await using meta = await openTestMeta(folder.path);
    await using cloud = connectTestCloud(meta);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 10 }), async (messages) => {
        const sent = [];
        for (const { isReply, ...fields } of messages) {
          const parentId = isReply ? 'nobody' : undefined;
          sent.push({ ...(await cloud.send({ ...fields, parentId })), isReply });
        }
        count += 1;
        const last = testPod('alive', 'alive', String(count));
        await cloud.expect(
          isAckOf(await cloud.send({ operation: 'update', resource: 'default/pod/alive', content: last })),
        );
        for (const { id, group, isReply } of sent) {
          const answers = cloud.seen.filter(({ parentId }) => parentId === id);
          const wanted = group === 'resource' || group === 'func';
          // A reply is acknowledged when it brings an object that stays, refused when that is broken.
          if (isReply) expect(answers.length).toBeLessThanOrEqual(1);
          else
            expect(answers.map(({ operation }) => operation)).toEqual(
              wanted ? [expect.stringMatching(/^(response|error)$/)] : [],
            );
        }
      }),
      { numRuns: 150 },
    );
  });
});
