export { writeKubeletPort } from './kubelet-port.js';
export { createStreamServer } from './stream-server.js';
export { createTunnelServer } from './tunnel-server.js';
