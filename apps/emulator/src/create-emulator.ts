import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { createKeyHierarchy, openMaster } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { createService } from '@keyfold/service';
import { openSqliteStore } from '@keyfold/stores/sqlite';
import { createApp } from './app.ts';
import { type DevelopmentAccess, openDevelopmentAccess } from './development-access.ts';
import { EmulatedRoots } from './emulated-roots.ts';
import { InvalidOptionError } from './errors.ts';
import { HostGuard } from './host-guard.ts';
import { createKms } from './kms/kms.ts';
import { isKmsRequest, kmsHttpHandler } from './kms/kms-http-handler.ts';
import { listen } from './listener.ts';
import { openLocalAuthority } from './local-authority.ts';
import { openPlatformRoot } from './platform-root.ts';
import { openStateFolder } from './state-folder.ts';
import { Teardown } from './teardown.ts';

export interface EmulatorOptions {
  /** HTTP port; 0 (the default here) takes any free one. */
  readonly port?: number;
  /** HTTPS port; 0 (the default here) takes any free one. */
  readonly httpsPort?: number;
  /** Address to listen on. Default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** Host names that requests may be addressed to, beside `localhost`, `127.0.0.1` and `[::1]`. */
  readonly allowHosts?: readonly string[];
  /** Where keys are kept. Absent: in memory, and forgotten at the end. */
  readonly stateFolder?: string;
  /** The time that the emulated KMS and the service go by. Default: the system's. It can end leases early, never stretch them. */
  readonly clock?: Clock;
  /** How long the service goes on using a tenant key after its root was last asked, in milliseconds. Default 60,000. */
  readonly leaseMs?: number;
  /**
   * Whether key policies and grants decide who may use a key of the emulated KMS: `off` (the default) lets everybody of the
   * key's own account, `strict` refuses as AWS does. Every caller is its account's root user.
   */
  readonly keyPolicies?: 'off' | 'strict';
  /** Told of the cause behind each answer that says only that the emulator failed. */
  readonly onError?: (error: unknown) => void;
}

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  /** `http://127.0.0.1:…`: AWS KMS and the encryption API. */
  readonly url: string;
  /** `https://127.0.0.1:…`: the same, under the local CA. */
  readonly httpsUrl: string;
  /** The local CA's certificate, PEM: the SDK's `tls.ca`. */
  readonly caPem: string;
  readonly caFile: string;
  /** The server key's pin, `sha256/…`: the SDK's `tls.pins`. */
  readonly pin: string;
  /** A tenant, a service and an administrator's API key that are there from the start. */
  readonly access: DevelopmentAccess;
  /** Absolute path; undefined where nothing is kept. */
  readonly stateFolder: string | undefined;
  /** Ends all connections, writes what is to be kept, zeroises keys, and frees the ports. */
  close(): Promise<void>;
}

/**
 * Starts an emulator in this process. It is ready when the promise resolves.
 *
 * @throws {PortInUseError} {@link AddressUnavailableError} where it cannot listen.
 * @throws {StateUnwritableError} {@link StateUnusableError} and the store's errors, where the state folder is no good.
 *
 * @example
 * ```ts
 * const emulator = await createEmulator();
 * const keyfold = new Keyfold({
 *   apiKey: emulator.access.apiKey,
 *   baseUrl: emulator.httpsUrl,
 *   tls: { ca: emulator.caPem },
 * });
 * ```
 */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const teardown = new Teardown();
  try {
    return await start(options, teardown);
  } catch (error) {
    // What could be opened is closed again; why it failed matters more than how that went.
    await teardown.run().catch(() => undefined);
    throw error;
  }
}

function checkPort(port: number | undefined): void {
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new InvalidOptionError(`A port is an integer from 0 to 65535, not ${port}.`);
}

async function start(options: EmulatorOptions, teardown: Teardown): Promise<Emulator> {
  checkPort(options.port);
  checkPort(options.httpsPort);
  const { host = '127.0.0.1', clock = systemClock, onError = () => undefined } = options;
  // A clock that was handed in may stand still or go back; a lease must end all the same.
  const leaseClock: Clock = {
    now: () => ({ wallMs: clock.now().wallMs, monotonicMs: systemClock.now().monotonicMs }),
  };
  const state = openStateFolder(options.stateFolder);
  teardown.add(() => state.close());
  const root = openPlatformRoot(state);
  const store = state.ephemeral
    ? createMemoryStore()
    : await openSqliteStore({ path: state.file('state.sqlite') });
  teardown.add(() => store.close());

  const master = await openMaster({ store, root, backend: nodeBackend });
  teardown.add(() => master.dispose());
  const roots = new EmulatedRoots();
  teardown.add(() => roots.close());
  const hierarchy = createKeyHierarchy({
    rows: master.rows,
    roots: (reference) => roots.resolve(reference),
    backend: nodeBackend,
    clock: leaseClock,
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
  });
  teardown.add(() => hierarchy.close());
  const service = createService({ hierarchy, rows: master.rows, backend: nodeBackend, clock, onError });

  let ready = false;
  const app = createApp({ service, isReady: () => ready });
  const serveKms = kmsHttpHandler(
    await createKms({
      store,
      clock,
      onInternalError: onError,
      access: { mode: options.keyPolicies ?? 'off' },
    }),
  );
  const handler = (request: IncomingMessage, response: ServerResponse): void =>
    isKmsRequest(request) ? serveKms(request, response) : app(request, response);

  const guard = new HostGuard(options.allowHosts);
  const authority = await openLocalAuthority(state);
  const http = await listen({ host, port: options.port ?? 0, guard, handler });
  teardown.add(() => http.close());
  const https = await listen({ host, port: options.httpsPort ?? 0, guard, handler, authority });
  teardown.add(() => https.close());

  const name = host.includes(':') ? `[${host}]` : host;
  const url = `http://${name}:${http.port}`;
  roots.connect(url);
  const access = await openDevelopmentAccess({
    state,
    hierarchy,
    service,
    createRootKey: () => roots.createKey(),
  });
  ready = true;

  const close = (): Promise<void> => teardown.run();
  return {
    url,
    httpsUrl: `https://${name}:${https.port}`,
    caPem: authority.caPem,
    caFile: authority.caFile,
    pin: authority.pin,
    access,
    stateFolder: state.ephemeral ? undefined : state.path,
    close,
    [Symbol.asyncDispose]: close,
  };
}
