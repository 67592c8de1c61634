import { createFakeKubeApi } from '../../../src/kube/index.js';
import { kubeApiContract } from './kube-api-contract.js';

kubeApiContract('the fake', async () => ({ api: createFakeKubeApi(), async [Symbol.asyncDispose]() {} }));
