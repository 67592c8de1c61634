import { type KubeApi, type Pod, resources } from '../../kube/index.js';
import { hasCode, type Log } from '../../lib/index.js';
import { waitForObject } from './wait-for-object.js';

const key = { namespace: 'default', name: 'hello' };

/** A pod that says hello every few seconds, so that `kubectl logs` has something to show. */
function demoPod(image: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...key, labels: { app: 'hello' } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'hello',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['/bin/sh', '-c', 'while :; do echo "hello from $POD on $NODE"; sleep 5; done'],
          env: [
            { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          ],
        },
      ],
    },
  };
}

/** Creates the demo pod unless it is there, and settles with it once it is Running and has its address. */
export async function runDemoPod(api: KubeApi, image: string, log: Log, signal: AbortSignal): Promise<Pod> {
  // A pod names the service account of its namespace, which a controller makes a moment after the namespace.
  const account = { namespace: key.namespace, name: 'default' };
  await waitForObject(api, resources.serviceAccounts, account, () => true, { log, signal });
  try {
    await api.create(resources.pods, demoPod(image), { signal });
  } catch (error) {
    if (!hasCode(error, 'already-exists')) throw error;
  }
  return waitForObject(api, resources.pods, key, isRunning, { log, signal });
}

const isRunning = (pod: Pod) => pod.status?.phase === 'Running' && pod.status.podIP !== undefined;
