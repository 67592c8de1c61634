import { createHash } from 'node:crypto';
import { EdgeError } from '../../lib/index.js';
import { busyboxLayer, type LayerEntry, packTar } from './busybox-layer.js';

export interface BusyboxImage {
  /** Full name with host and tag, such as `skerry.local/hello:1`: runtimes do not guess a registry for it. */
  readonly name: string;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `uid`, `uid:gid` or a name. */
  readonly user?: string;
  readonly workingDir?: string;
  /** The static busybox to use, /bin/busybox when absent. */
  readonly busybox?: string;
}

/** What a sandbox runs: waits, reaps what is left to it, and ends at once on the stop signal, which a first process without a handler would never see. */
export const pauseCommand: readonly string[] = [
  '/bin/sh',
  '-c',
  'trap "exit 0" TERM INT; while :; do sleep 2147483 & wait $!; done',
];

const architectures: Partial<Record<NodeJS.Architecture, { architecture: string; variant?: string }>> = {
  x64: { architecture: 'amd64' },
  arm64: { architecture: 'arm64', variant: 'v8' },
  arm: { architecture: 'arm', variant: 'v7' },
  riscv64: { architecture: 'riscv64' },
  ppc64: { architecture: 'ppc64le' },
  s390x: { architecture: 's390x' },
};

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/**
 * An image of busybox as a tar archive that both containerd and docker import: an OCI layout with
 * docker's manifest beside it. The same input gives the same bytes.
 */
export async function buildBusyboxImage(image: BusyboxImage): Promise<Buffer> {
  const platform = architectures[process.arch];
  if (!platform) throw new EdgeError('unsupported', `no image can be built on the architecture ${process.arch}`);
  const layer = await busyboxLayer(image.busybox);
  const config = Buffer.from(
    JSON.stringify({
      created: '1970-01-01T00:00:00Z',
      ...platform,
      os: 'linux',
      config: {
        Env: Object.entries({ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...image.env }).map(([k, v]) => `${k}=${v}`),
        ...(image.entrypoint && { Entrypoint: image.entrypoint }),
        ...(image.cmd && { Cmd: image.cmd }),
        ...(image.user && { User: image.user }),
        ...(image.workingDir && { WorkingDir: image.workingDir }),
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created: '1970-01-01T00:00:00Z', created_by: 'busybox' }],
    }),
  );
  const descriptor = (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: `sha256:${sha256(bytes)}`,
    size: bytes.length,
  });
  const manifestType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: descriptor('application/vnd.oci.image.config.v1+json', config),
      layers: [descriptor('application/vnd.oci.image.layer.v1.tar', layer)],
    }),
  );
  const tag = image.name.slice(image.name.lastIndexOf(':') + 1);
  const annotations = { 'io.containerd.image.name': image.name, 'org.opencontainers.image.ref.name': tag };
  const index = {
    schemaVersion: 2,
    manifests: [{ ...descriptor(manifestType, manifest), platform: { os: 'linux', ...platform }, annotations }],
  };
  const blob = (bytes: Buffer) => `blobs/sha256/${sha256(bytes)}`;
  const docker = [{ Config: blob(config), RepoTags: [image.name], Layers: [blob(layer)] }];
  const file = (name: string, body: Buffer): LayerEntry => ({ header: { name, mode: 0o644 }, body });
  const json = (name: string, value: unknown) => file(name, Buffer.from(JSON.stringify(value)));
  return packTar([
    json('oci-layout', { imageLayoutVersion: '1.0.0' }),
    json('index.json', index),
    json('manifest.json', docker),
    ...[config, manifest, layer].map((bytes) => file(blob(bytes), bytes)),
  ]);
}
