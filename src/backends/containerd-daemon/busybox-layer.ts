import { access, readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { type Header, pack } from 'tar-stream';
import { EdgeError, readBounded } from '../../lib/index.js';

/** One file of a layer; paths without a leading slash. */
export interface LayerEntry {
  readonly header: Partial<Header> & Pick<Header, 'name'>;
  readonly body?: Buffer;
}

const layerLimit = 64 * 1024 * 1024;

/** Packs entries in their order, with the same owner and time for all, so that equal input gives equal bytes. */
export async function packTar(entries: readonly LayerEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { header, body } of entries) {
    tar.entry({ uid: 0, gid: 0, mtime: new Date(0), ...header }, body ?? '');
  }
  tar.finalize();
  return readBounded(tar as AsyncIterable<Buffer>, layerLimit, 'the archive');
}

/** Busybox must be static: the image holds no libraries. */
async function readBusybox(path: string): Promise<Buffer> {
  const missing = `no static busybox at ${path}: install the package busybox-static`;
  const bytes = await access(path).then(
    () => readFile(path),
    (cause: unknown) => {
      throw new EdgeError('not-found', missing, { cause });
    },
  );
  // A dynamic executable names its loader in its first pages.
  if (bytes.subarray(0, 8192).includes('/ld-')) throw new EdgeError('invalid', missing);
  return bytes;
}

/** A root file system of busybox alone: the binary, a link for each of its applets, users root and nobody, /tmp. */
export async function busyboxLayer(path = '/bin/busybox'): Promise<Buffer> {
  const [binary, { stdout }] = await Promise.all([readBusybox(path), execa(path, ['--list-full'])]);
  const links = stdout.split('\n').filter((link) => link !== '' && link !== 'bin/busybox');
  const parents = links.flatMap((link) =>
    link
      .split('/')
      .slice(0, -1)
      .map((_, i, all) => all.slice(0, i + 1).join('/')),
  );
  const folders = new Set(['bin', 'etc', 'root', 'var', ...parents]);
  return packTar([
    ...[...folders].sort().map((name) => ({ header: { name, type: 'directory' as const, mode: 0o755 } })),
    { header: { name: 'tmp', type: 'directory', mode: 0o1777 } },
    { header: { name: 'bin/busybox', mode: 0o755 }, body: binary },
    ...links
      .sort()
      .map((name) => ({ header: { name, type: 'symlink' as const, linkname: '/bin/busybox', mode: 0o777 } })),
    {
      header: { name: 'etc/passwd', mode: 0o644 },
      body: Buffer.from('root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'),
    },
    { header: { name: 'etc/group', mode: 0o644 }, body: Buffer.from('root:x:0:\nnogroup:x:65534:\n') },
  ]);
}
