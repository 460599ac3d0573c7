/**
 * Tells that something has to end: as much of an AbortSignal as that needs, so that every AbortSignal is one. To make and
 * observe two of them takes a twentieth of a call's time, and most calls end by themselves.
 */
export interface EndSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

type Listener = () => void;

/** An {@link EndSignal} that its owner ends. */
export class Ending implements EndSignal {
  /**
   * In no order. An array, not a Set: the tables that a Set of calls that come and go leaves behind keep each other, and what
   * they held, alive until the next collection of the whole heap.
   */
  #listeners: Listener[] | undefined;
  #reason: unknown;
  #aborted = false;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: Listener): void {
    if (this.#aborted) return;
    if (this.#listeners === undefined) this.#listeners = [listener];
    else this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    const listeners = this.#listeners ?? [];
    const index = listeners.indexOf(listener);
    if (index < 0) return;
    const last = listeners.pop();
    if (last !== undefined && last !== listener) listeners[index] = last;
  }

  /** Tells all of them, at once, and once. */
  end(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = new DOMException('This was ended.', 'AbortError');
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener();
  }
}
