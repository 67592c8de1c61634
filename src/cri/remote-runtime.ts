import { EdgeError, hasCode } from '../lib/index.js';
import { CgroupDriver } from '../proto/cri/v1/api.js';
import type { Caller } from './caller.js';
import type { Runtime } from './runtime.js';

/** An answer whose message the check of its verb (verbs.ts) has found present. */
function present<T>(message: T | undefined): T {
  if (message === undefined) throw new EdgeError('internal', 'the runtime left its answer empty');
  return message;
}

/** CRI counts whole seconds; a part of one is rounded up so that nothing is cut short. */
const seconds = (value: number) => BigInt(Math.max(0, Math.ceil(value)));

/** The Runtime port on a CRI server. Deadlines, checks and tolerances are the caller's (caller.ts, verbs.ts). */
export function remoteRuntime(runtime: Caller, images: Caller): Runtime {
  return {
    version: (options) => runtime('version', { version: '0.1.0' }, options),
    status: (verbose = false, options) => runtime('status', { verbose }, options),
    async cgroupDriver(options) {
      try {
        const { linux } = await runtime('runtimeConfig', {}, options);
        if (linux === undefined) return undefined;
        return linux.cgroupDriver === CgroupDriver.SYSTEMD ? 'systemd' : 'cgroupfs';
      } catch (error) {
        if (hasCode(error, 'unsupported')) return undefined;
        throw error;
      }
    },

    async runPodSandbox(config, handler, options) {
      return (await runtime('runPodSandbox', { config, runtimeHandler: handler }, options)).podSandboxId;
    },
    async stopPodSandbox(id, options) {
      await runtime('stopPodSandbox', { podSandboxId: id }, options);
    },
    async removePodSandbox(id, options) {
      await runtime('removePodSandbox', { podSandboxId: id }, options);
    },
    async podSandboxStatus(id, options) {
      return present((await runtime('podSandboxStatus', { podSandboxId: id, verbose: false }, options)).status);
    },
    async listPodSandboxes(filter, options) {
      return (await runtime('listPodSandbox', { filter }, options)).items;
    },

    async createContainer(sandboxId, config, sandboxConfig, options) {
      const request = { podSandboxId: sandboxId, config, sandboxConfig };
      return (await runtime('createContainer', request, options)).containerId;
    },
    async startContainer(id, options) {
      await runtime('startContainer', { containerId: id }, options);
    },
    async stopContainer(id, graceSeconds, options) {
      await runtime('stopContainer', { containerId: id, timeout: seconds(graceSeconds) }, options);
    },
    async removeContainer(id, options) {
      await runtime('removeContainer', { containerId: id }, options);
    },
    async containerStatus(id, options) {
      return present((await runtime('containerStatus', { containerId: id, verbose: false }, options)).status);
    },
    async listContainers(filter, options) {
      return (await runtime('listContainers', { filter }, options)).containers;
    },
    async updateContainerResources(id, linux, options) {
      await runtime(
        'updateContainerResources',
        { containerId: id, linux, windows: undefined, annotations: {} },
        options,
      );
    },
    async reopenContainerLog(id, options) {
      await runtime('reopenContainerLog', { containerId: id }, options);
    },

    execSync: (id, command, timeoutSeconds, options) =>
      runtime('execSync', { containerId: id, cmd: [...command], timeout: seconds(timeoutSeconds) }, options),
    async exec({ command, ...request }, options) {
      return (await runtime('exec', { ...request, cmd: [...command] }, options)).url;
    },
    async attach(request, options) {
      return (await runtime('attach', request, options)).url;
    },
    async portForward(sandboxId, ports, options) {
      return (await runtime('portForward', { podSandboxId: sandboxId, port: [...ports] }, options)).url;
    },

    async containerStats(id, options) {
      return present((await runtime('containerStats', { containerId: id }, options)).stats);
    },
    async listContainerStats(filter, options) {
      return (await runtime('listContainerStats', { filter }, options)).stats;
    },
    async podSandboxStats(id, options) {
      return present((await runtime('podSandboxStats', { podSandboxId: id }, options)).stats);
    },
    async listPodSandboxStats(filter, options) {
      return (await runtime('listPodSandboxStats', { filter }, options)).stats;
    },

    async listImages(image, options) {
      return (await images('listImages', { filter: image && { image } }, options)).images;
    },
    async imageStatus(image, options) {
      return (await images('imageStatus', { image, verbose: false }, options)).image;
    },
    async pullImage(image, auth, sandboxConfig, options) {
      return (await images('pullImage', { image, auth, sandboxConfig }, options)).imageRef;
    },
    async removeImage(image, options) {
      await images('removeImage', { image }, options);
    },
    async imageFsInfo(options) {
      const { imageFilesystems, containerFilesystems } = await images('imageFsInfo', {}, options);
      return { images: imageFilesystems, containers: containerFilesystems };
    },

    async updatePodCidr(cidr, options) {
      await runtime('updateRuntimeConfig', { runtimeConfig: { networkConfig: { podCidr: cidr } } }, options);
    },
  };
}
