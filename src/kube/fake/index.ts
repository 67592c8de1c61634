export { createFakeKubeApi, type FakeKubeControls } from './fake-kube-api.js';
