import type { AttemptObservation, CallObservation, CallObserver } from './call-observer.ts';

/**
 * An observer whose failures are nobody's: a span processor or a propagator that throws must not fail a call, least of all
 * one that has had its effect.
 */
export function guardedObserver(observer: CallObserver): CallObserver {
  return {
    begin: (operation) => guardedCall(quietly(() => observer.begin(operation))),
    circuitChanged: (change) => quietly(() => observer.circuitChanged(change)),
  };
}

function guardedCall(call: CallObservation | undefined): CallObservation {
  return {
    attempt: (begun) => guardedAttempt(quietly(() => call?.attempt(begun))),
    retry: (error, waitMs) => quietly(() => call?.retry(error, waitMs)),
    end: (attempts, error) => quietly(() => call?.end(attempts, error)),
  };
}

function guardedAttempt(attempt: AttemptObservation | undefined): AttemptObservation {
  return {
    headers: attempt?.headers ?? {},
    run: (send) => {
      let sent: ReturnType<typeof send> | undefined;
      const sendOnce = (): ReturnType<typeof send> => {
        sent ??= send();
        return sent;
      };
      quietly(() => attempt?.run(sendOnce))?.catch(() => undefined);
      return sendOnce(); // what was sent already, unless the observer failed before it came to that
    },
    answered: (response, byteLength) => quietly(() => attempt?.answered(response, byteLength)),
    end: (error) => quietly(() => attempt?.end(error)),
  };
}

function quietly<T>(watch: () => T): T | undefined {
  try {
    return watch();
  } catch {
    return undefined;
  }
}
