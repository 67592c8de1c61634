import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ContainerStatus,
  ImageServiceService,
  ImageSpec,
  LinuxContainerResources,
  RunPodSandboxRequest,
  RuntimeServiceService,
  Signal,
} from '../proto/cri/v1/api.js';

const contract = readFileSync(new URL('../../proto/cri/v1/api.proto', import.meta.url), 'utf8');

/** The fields of one message of the contract, `name=number type`. */
function fieldsOf(message: string): string[] {
  const body = new RegExp(`^message ${message} \\{([^]*?)^\\}`, 'm').exec(contract)?.[1] ?? '';
  return [...body.matchAll(/^ {2}((?:repeated )?[\w.]+(?:<[^>]+>)?) (\w+) = (\d+)/gm)].map(
    ([, type, name, number]) => `${name}=${number} ${type}`,
  );
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('the CRI v1 contract', () => {
  it('has every message, enum and call (facts cri-v1-messages §0, §1)', () => {
    expect(contract.match(/^message /gm)).toHaveLength(170);
    expect(contract.match(/^enum /gm)).toHaveLength(10);
    expect(contract).not.toMatch(/^\s*oneof /m);
    expect(Object.keys(RuntimeServiceService)).toHaveLength(35);
    expect(Object.keys(ImageServiceService)).toHaveLength(6);
  });

  it('has the paths runtimes serve', () => {
    for (const { path } of Object.values(RuntimeServiceService))
      expect(path).toMatch(/^\/runtime\.v1\.RuntimeService\/[A-Z]/);
    for (const { path } of Object.values(ImageServiceService))
      expect(path).toMatch(/^\/runtime\.v1\.ImageService\/[A-Z]/);
  });

  // Messages whose numbers do not follow their order, or whose spelling is odd (facts cri-v1-messages §0, §4 to §8).
  it.each([
    ['Namespace', ['options=2 NamespaceOption']],
    ['PodSandboxMetadata', ['name=1 string', 'uid=2 string', 'namespace=3 string', 'attempt=4 uint32']],
    ['KeyValue', ['key=1 string', 'value=2 bytes']],
    ['IDMapping', ['host_id=1 uint32', 'container_id=2 uint32', 'length=3 uint32']],
    ['AttachRequest', ['container_id=1 string', 'stdin=2 bool', 'tty=3 bool', 'stdout=4 bool', 'stderr=5 bool']],
    ['UInt64Value', ['value=1 uint64']],
    ['StopContainerRequest', ['container_id=1 string', 'timeout=2 int64']],
    ['PsiStats', ['Full=1 PsiData', 'Some=2 PsiData']],
    ['ContainerStatusResponse', ['status=1 ContainerStatus', 'info=2 map<string, string>']],
    ['PortForwardRequest', ['pod_sandbox_id=1 string', 'port=2 repeated int32']],
  ])('numbers %s', (message, fields) => {
    expect(fieldsOf(message)).toEqual(fields);
  });

  it.each([
    ['ImageSpec', 'user_specified_image=18 string'],
    ['Mount', 'uidMappings=6 repeated IDMapping'],
    ['ContainerConfig', 'CDI_devices=17 repeated CDIDevice'],
    ['ContainerConfig', 'stop_signal=18 Signal'],
    ['LinuxSandboxSecurityContext', 'run_as_group=8 Int64Value'],
    ['LinuxSandboxSecurityContext', 'supplemental_groups_policy=11 SupplementalGroupsPolicy'],
    ['LinuxContainerSecurityContext', 'run_as_group=12 Int64Value'],
    ['LinuxContainerSecurityContext', 'seccomp=15 SecurityProfile'],
    ['LinuxContainerResources', 'memory_swap_limit_in_bytes=10 int64'],
    ['ContainerStatus', 'image_id=17 string'],
    ['ContainerStats', 'io=6 IoUsage'],
    ['PodSandboxStatus', 'runtime_handler=9 string'],
    ['Image', 'pinned=8 bool'],
  ])('gives %s %s', (message, field) => {
    expect(fieldsOf(message)).toContain(field);
  });

  it('numbers signals by their alphabet', () => {
    expect(Signal).toMatchObject({ SIGKILL: 13, SIGTERM: 23, SIGUSR1: 29, SIGRTMIN: 35, SIGRTMAX: 65 });
  });
});

describe('the codec', () => {
  it('writes the bytes that protobuf prescribes', () => {
    const metadata = { name: 'a', uid: 'b', namespace: 'c', attempt: 1 };
    const request = RunPodSandboxRequest.fromPartial({ config: { metadata }, runtimeHandler: 'kata' });
    expect(hex(RunPodSandboxRequest.encode(request).finish())).toBe('0a0d0a0b0a01611201621a0163200112046b617461');
    // Field 18 needs a two-byte tag.
    expect(hex(ImageSpec.encode(ImageSpec.fromPartial({ userSpecifiedImage: 'x' })).finish())).toBe('92010178');
    // A negative int64 takes ten bytes.
    const unlimited = LinuxContainerResources.fromPartial({ cpuQuota: -1n });
    expect(hex(LinuxContainerResources.encode(unlimited).finish())).toBe('10ffffffffffffffffff01');
  });

  it('keeps every nanosecond of a time beyond 2^53', () => {
    const status = ContainerStatus.decode(Buffer.from('208180808080808010', 'hex'));
    expect(status.createdAt).toBe(2n ** 53n + 1n);
  });

  it('skips fields it does not know', () => {
    // Field 99, then the id.
    const status = ContainerStatus.decode(Buffer.from('9a060163' + '0a0161', 'hex'));
    expect(status.id).toBe('a');
  });

  it('tells an absent message from an empty one', () => {
    expect(ContainerStatus.decode(Buffer.alloc(0)).metadata).toBeUndefined();
    expect(ContainerStatus.decode(Buffer.from('1200', 'hex')).metadata).toEqual({ name: '', attempt: 0 });
  });
});
