import { InvalidArgumentError } from '../crypto-errors.ts';
import { isUint8Array } from '../type-checks.ts';

/** What `pipeThrough` and Node's `Duplex.fromWeb` take: bytes go in at one end and come out changed at the other. */
export interface ByteTransform {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** One piece of output, made when it is run; empty if there is nothing to hand out. */
export type Job = () => Promise<Uint8Array>;

/**
 * What a {@link ByteTransform} does with its bytes. It may be disposed of while something of it is under way, and is then
 * disposed of again once that has ended.
 */
export interface ByteMachine extends Disposable {
  /** Called at once. */
  start(): Promise<void>;
  /** The output that `bytes` allow. Each job is run before the next is asked for. */
  push(bytes: Uint8Array): Iterable<Job>;
  /** The output that is left at the end. */
  end(): Iterable<Job>;
}

/**
 * Joins a machine to a pair of streams. Not a `TransformStream`, because that has no way to wait for the reader within one
 * write: it would queue the whole output of a write of any size. Here a job runs only when the reader waits for its piece,
 * so nothing but one chunk is ever held.
 *
 * Whatever ends it — an error, `abort`, `cancel`, the end itself — disposes of the machine, and an error reaches both ends.
 */
export function byteTransform(machine: ByteMachine): ByteTransform {
  let output: ReadableStreamDefaultController<Uint8Array> | undefined;
  let input: WritableStreamDefaultController | undefined;
  let wanted = false;
  let wake: (() => void) | undefined;
  let stopped: { readonly reason: unknown } | undefined;

  const stop = (reason: unknown): void => {
    stopped ??= { reason };
    machine[Symbol.dispose]();
    wake?.();
  };

  /** Runs until the reader has what `work` gives; an error that ended the stream meanwhile is the one that counts. */
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      if (stopped !== undefined) throw stopped.reason;
    } catch (error) {
      stop(error);
      output?.error(stopped?.reason);
      throw stopped?.reason;
    }
  };

  const demand = async (): Promise<void> => {
    while (!wanted && stopped === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (stopped !== undefined) throw stopped.reason;
  };

  const run = async (jobs: Iterable<Job>): Promise<void> => {
    for (const job of jobs) {
      await demand();
      const piece = await job();
      if (stopped !== undefined) throw stopped.reason;
      if (piece.byteLength === 0) continue;
      wanted = false;
      output?.enqueue(piece);
    }
  };

  const readable = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        output = controller;
      },
      pull() {
        wanted = true;
        wake?.();
      },
      cancel(reason) {
        stop(reason);
        input?.error(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<Uint8Array>({
    start(controller) {
      input = controller;
      // `abort` below comes only after a write under way has ended, and that one may be waiting for a reader.
      // (Standard, but missing from @types/node.)
      const { signal } = controller as WritableStreamDefaultController & { readonly signal?: AbortSignal };
      signal?.addEventListener('abort', () => stop(signal.reason));
      return guarded(() => machine.start());
    },
    write: (bytes) =>
      guarded(async () => {
        if (!isUint8Array(bytes)) throw new InvalidArgumentError('A stream takes Uint8Arrays.');
        await run(machine.push(bytes));
      }),
    close: () =>
      guarded(async () => {
        await run(machine.end());
        machine[Symbol.dispose]();
        output?.close();
      }),
    abort(reason) {
      stop(reason);
      output?.error(reason);
    },
  });
  return { readable, writable };
}
