import { type Doers, perform, type Step } from '../planner/step.js';
import { announceBackOff, pullImage } from './image-steps.js';
import { finish, prepare, release } from './node-steps.js';
import { runSandbox } from './run-sandbox.js';
import { startContainer } from './start-container.js';
import type { StepContext } from './step-context.js';
import { removeContainer, removeSandbox, stopContainer, stopSandbox } from './stop-steps.js';

const doers: Doers<StepContext> = {
  prepare,
  runSandbox,
  pullImage,
  announceBackOff,
  startContainer,
  stopContainer,
  removeContainer,
  stopSandbox,
  removeSandbox,
  release,
  finish,
};

/**
 * Performs one step of a pod's plan. A failure that was expected is remembered in the task (retry,
 * waiting reason) and told as an event; anything else throws.
 */
export const performStep = (context: StepContext, step: Step, signal: AbortSignal): Promise<void> =>
  perform(doers, context, step, signal);
