import type { CloudConnection } from '../hub/index.js';

/** Whether there is a link to the cloud, observable. */
export interface CloudState {
  readonly connection: CloudConnection | undefined;
  set(connection: CloudConnection | undefined): void;
  /** Settles when there is a link; returns early, without a throw, on abort. */
  whenConnected(signal: AbortSignal): Promise<void>;
  subscribe(listener: (connected: boolean) => void): Disposable;
}

export function createCloudState(): CloudState {
  const listeners = new Set<(connected: boolean) => void>();
  let connection: CloudConnection | undefined;
  return {
    get connection() {
      return connection;
    },
    set(next) {
      connection = next;
      for (const tell of [...listeners]) tell(next !== undefined);
    },
    async whenConnected(signal) {
      if (connection || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const settle = (connected: boolean) => {
          if (!connected && !signal.aborted) return;
          listeners.delete(settle);
          signal.removeEventListener('abort', stop);
          resolve();
        };
        const stop = () => settle(false);
        listeners.add(settle);
        signal.addEventListener('abort', stop, { once: true });
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}
