import type { EdgedConfig } from '../../edged/index.js';
import { EdgeError } from '../../lib/index.js';
import { defaultProjectId } from '../../wire/index.js';
import type { HubConfig } from '../hub/index.js';
import type { StreamConfig } from '../stream/index.js';
import type { Section } from './section.js';

/** `modules.edgeHub`; rates and deadlines of the Go hub that have no meaning here are known and not heeded. */
export function readHub(section: Section, node: string): HubConfig {
  if (!section.flag('enable', true)) {
    throw new EdgeError('unsupported', `${section.path}.enable is false: an edgecore without a cloud is not supported`);
  }
  const quic = section.peek('quic');
  if (quic.flag('enable', false)) {
    throw new EdgeError(
      'unsupported',
      `${quic.path}.enable: QUIC is not supported; enable ${section.path}.websocket instead`,
    );
  }
  const websocket = section.section('websocket');
  if (!websocket.flag('enable', true)) {
    throw new EdgeError('invalid', `${websocket.path}.enable must be true: it is the only transport`);
  }
  websocket.known('readDeadline', 'writeDeadline');
  section.known('messageQPS', 'messageBurst');
  const httpServer = section.text('httpServer', 'https://127.0.0.1:10002').replace(/\/+$/, '');
  if (!URL.canParse(httpServer) || new URL(httpServer).protocol !== 'https:') {
    throw new EdgeError(
      'invalid',
      `${section.path}.httpServer must be https://<host>:<port>, not ${JSON.stringify(httpServer)}`,
    );
  }
  return {
    node,
    server: hostAndPort(websocket, 'server', '127.0.0.1:10000'),
    httpServer,
    // An empty one makes a Go cloud answer with a redirect (facts cloudhub-wire §2.1).
    projectId: section.text('projectID', '') || defaultProjectId,
    token: section.text('token', ''),
    caFile: section.text('tlsCaFile', '/etc/kubeedge/ca/rootCA.crt'),
    certFile: section.text('tlsCertFile', '/etc/kubeedge/certs/server.crt'),
    keyFile: section.text('tlsPrivateKeyFile', '/etc/kubeedge/certs/server.key'),
    rotateCertificates: section.flag('rotateCertificates', true),
    heartbeatMs: section.integer('heartbeat', 15, { min: 1, max: 30 }) * 1000,
    handshakeTimeoutMs: websocket.integer('handshakeTimeout', 30, { min: 1 }) * 1000,
  };
}

/** `modules.edgeStream`; undefined when it is off, as it is by default. */
export function readStream(section: Section, hub: HubConfig, edged: EdgedConfig): StreamConfig | undefined {
  section.known('readDeadline', 'writeDeadline');
  const config: StreamConfig = {
    node: hub.node,
    ...(edged.nodeIp === undefined ? {} : { nodeIp: edged.nodeIp }),
    server: hostAndPort(section, 'server', '127.0.0.1:10004'),
    caFile: section.text('tlsTunnelCAFile', hub.caFile),
    certFile: section.text('tlsTunnelCertFile', hub.certFile),
    keyFile: section.text('tlsTunnelPrivateKeyFile', hub.keyFile),
    handshakeTimeoutMs: section.integer('handshakeTimeout', 30, { min: 1 }) * 1000,
  };
  return section.flag('enable', false) ? config : undefined;
}

function hostAndPort(section: Section, key: string, fallback: string): string {
  const text = section.text(key, fallback);
  const url = URL.canParse(`tcp://${text}`) ? new URL(`tcp://${text}`) : undefined;
  if (!url?.hostname || !url.port || url.host !== text) {
    throw new EdgeError('invalid', `${section.path}.${key} must be <host>:<port>, not ${JSON.stringify(text)}`);
  }
  return text;
}
