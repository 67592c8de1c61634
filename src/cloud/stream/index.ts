export { writeKubeletPort } from './kubelet-port.js';
export { createStreamServer } from './stream-server.js';
export { createTunnelServer, type TunnelServer } from './tunnel-server.js';
