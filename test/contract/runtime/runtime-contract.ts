import { describe } from 'vitest';
import { containerContract } from './container-contract.js';
import { eventContract } from './event-contract.js';
import { execContract } from './exec-contract.js';
import { imageContract } from './image-contract.js';
import { sandboxContract } from './sandbox-contract.js';
import { stopContract } from './stop-contract.js';
import type { OpenRuntime } from './test-pod.js';

/**
 * What every runtime must do, run against the fake and against real ones. The runtime is opened
 * once; each test makes its own pods and removes them.
 */
export function runtimeContract(name: string, open: OpenRuntime) {
  describe(`${name} as a runtime`, () => {
    sandboxContract(open);
    containerContract(open);
    stopContract(open);
    execContract(open);
    imageContract(open);
    eventContract(open);
  });
}
