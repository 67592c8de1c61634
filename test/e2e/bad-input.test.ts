import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { resources } from '../../src/kube/index.js';
import { readBounded } from '../../src/lib/index.js';
import {
  createPod,
  deletePod,
  helloImage,
  shellPod,
  untilStopped,
  waitForEvent,
  waitForPod,
  waitRunning,
} from './harness/pods.js';
import { type Skerry, startSkerry } from './harness/skerry.js';

const waitingReason =
  (reason: string) => (pod: { status?: { containerStatuses?: { state?: { waiting?: { reason?: string } } }[] } }) =>
    pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === reason;

describe('what users get wrong', () => {
  let skerry: Skerry;
  beforeAll(async () => {
    skerry = await startSkerry();
  });
  afterAll(() => skerry?.[Symbol.asyncDispose]());

  it('refuses YAML that is none', async () => {
    const { exitCode, stderr } = await skerry.kubectl.withInput('kind: Pod\n  apiVersion: [', 'create');
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/error (parsing|converting)/);
  });

  it('refuses YAML sent past kubectl with a sentence and code 400', async () => {
    const answer = await skerry.kube.raw('/api/v1/namespaces/default/pods', {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body: 'kind: Pod\n  apiVersion: [',
    });
    const status: unknown = JSON.parse((await readBounded(answer, 1024 * 1024, 'the answer')).toString());
    expect(answer.statusCode).toBe(400);
    expect(status).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'BadRequest', code: 400 });
  });

  it('names unknown fields', async () => {
    const pod = { ...shellPod('odd', untilStopped), spec: { ...shellPod('odd', untilStopped).spec, nodeNam: 'x' } };
    const { exitCode, stderr } = await skerry.kubectl.withInput(stringify(pod), 'create', '--validate=true');
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('nodeNam');
  });

  it('names what makes a pod invalid', async () => {
    const pod = shellPod('Not_A_Name', untilStopped, { restartPolicy: 'Sometimes' });
    const { exitCode, stderr } = await skerry.kubectl.withInput(stringify(pod), 'create', '--validate=false');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('metadata.name');
    expect(stderr).toContain('spec.restartPolicy');
  });

  it('waits for an image that does not exist and starts the pod when it is replaced by one that does', async () => {
    const pod = shellPod('no-image', untilStopped);
    Object.assign(pod.spec!.containers[0]!, { image: 'localhost/skerry/nowhere:1' });
    await createPod(skerry, pod);
    await waitForPod(
      skerry,
      'no-image',
      'a failed pull',
      (seen) => waitingReason('ErrImagePull')(seen) || waitingReason('ImagePullBackOff')(seen),
    );
    await waitForEvent(
      skerry,
      'no-image',
      ({ reason, message }) => reason === 'Failed' && (message ?? '').includes('nowhere:1'),
    );
    await waitForPod(skerry, 'no-image', 'ImagePullBackOff', waitingReason('ImagePullBackOff'));
    await skerry.kubectl('set', 'image', 'pod/no-image', `main=${helloImage}`);
    await waitRunning(skerry, 'no-image');
    await deletePod(skerry, 'no-image');
  });

  it('waits for a config map and starts the pod when it comes', async () => {
    const pod = shellPod('no-config', untilStopped);
    Object.assign(pod.spec!.containers[0]!, {
      env: [{ name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'later', key: 'colour' } } }],
    });
    await createPod(skerry, pod);
    const waiting = await waitForPod(
      skerry,
      'no-config',
      'CreateContainerConfigError',
      waitingReason('CreateContainerConfigError'),
    );
    expect(waiting.status?.containerStatuses?.[0]?.state?.waiting?.message).toContain('later');
    await skerry.kube.create(resources.configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'later', namespace: 'default' },
      data: { colour: 'red' },
    });
    await waitRunning(skerry, 'no-config');
    await deletePod(skerry, 'no-config');
  });

  it('waits for a volume from a secret and starts the pod when it comes', async () => {
    const pod = shellPod('no-secret', untilStopped, { volumes: [{ name: 'keys', secret: { secretName: 'keys' } }] });
    Object.assign(pod.spec!.containers[0]!, { volumeMounts: [{ name: 'keys', mountPath: '/keys' }] });
    await createPod(skerry, pod);
    await waitForEvent(
      skerry,
      'no-secret',
      ({ reason, message }) => reason === 'FailedMount' && (message ?? '').includes('keys'),
    );
    await skerry.kube.create(resources.secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'default' },
      data: { a: 'Yg==' },
    });
    await waitRunning(skerry, 'no-secret');
    await deletePod(skerry, 'no-secret');
  });

  it('refuses a second start on the same state', async () => {
    await expect(skerry.skerry('up', '--state', skerry.state, '--node', 'other')).rejects.toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('already running'),
    });
  });
});
