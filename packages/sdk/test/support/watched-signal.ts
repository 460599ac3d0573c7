/** A signal that tells who listens to it. */
export interface WatchedSignal {
  readonly signal: AbortSignal;
  /** The listeners that were added and not removed. */
  readonly listeners: ReadonlySet<unknown>;
}

export function watchedSignal(): WatchedSignal {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...parameters: Parameters<typeof add>) => {
    listeners.add(parameters[1]);
    add(...parameters);
  };
  signal.removeEventListener = (...parameters: Parameters<typeof remove>) => {
    listeners.delete(parameters[1]);
    remove(...parameters);
  };
  return { signal, listeners };
}
