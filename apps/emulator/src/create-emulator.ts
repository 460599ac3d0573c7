import { systemClock } from '@keyfold/crypto-core';
import { awsAccess, developmentIdentity } from './aws-access.ts';
import { EmulatorClock } from './clock/emulator-clock.ts';
import { EmulatorClosedError } from './control/control-errors.ts';
import { FaultBook } from './control/fault-book.ts';
import { Journal } from './control/journal.ts';
import type { WatchedService } from './control/journal-entry.ts';
import { openDevelopmentAccess } from './development-access.ts';
import type { Emulator } from './emulator.ts';
import { checkOptions, type EmulatorOptions } from './emulator-options.ts';
import { HostGuard } from './host-guard.ts';
import { kmsHttpHandler, type RefusedRequest } from './kms/kms-http-handler.ts';
import type { IdentityOptions } from './kms/policy/identity-registry.ts';
import { listen } from './listener.ts';
import { openLocalAuthority } from './local-authority.ts';
import { openState } from './open-state.ts';
import { plantSeed, readSeeds } from './plant-seed.ts';
import type { PlatformRoot } from './platform-root.ts';
import { requestRouter } from './request-router.ts';
import { StateStore } from './state/state-store.ts';
import { openStateFolder } from './state-folder.ts';
import { Teardown } from './teardown.ts';
import { StateControl } from './world/state-control.ts';
import { openWorld, type WorldSettings } from './world/world.ts';
import { WorldHost } from './world/world-host.ts';

/**
 * Starts an emulator in this process. It is ready when the promise resolves.
 *
 * @throws {InvalidOptionError} for options that there are not, or that make no sense.
 * @throws {PortInUseError} {@link AddressUnavailableError} where it cannot listen.
 * @throws {StateUnwritableError} {@link StateUnusableError} and the store's errors, where the state folder is no good.
 *
 * @example
 * ```ts
 * await using emulator = await createEmulator();
 * const kms = new KMSClient(emulator.aws);
 * const keyfold = new Keyfold({
 *   apiKey: emulator.access.apiKey,
 *   baseUrl: emulator.httpsUrl,
 *   tls: { ca: emulator.ca },
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

async function start(options: EmulatorOptions, teardown: Teardown): Promise<Emulator> {
  checkOptions(options);
  const { host: address = '127.0.0.1', onError = () => undefined } = options;
  const clock = new EmulatorClock(options.clock ?? systemClock);
  // Where it stands still from the start, it stands there again after each reset.
  const startAt = options.startAt ?? (options.frozen === true ? clock.date : undefined);
  const startClock = (): void => {
    clock.reset();
    if (options.frozen === true) clock.freeze(startAt);
    else if (startAt !== undefined) clock.set(startAt);
  };
  startClock();
  // A seed that is none is told of before anything is made.
  const seeds = await readSeeds(options.seeds ?? []);

  const folder = openStateFolder(options.stateFolder);
  teardown.add(() => folder.close());
  const { store, platformRoot } = await openState(folder, teardown);
  const state = await StateStore.open(store);

  const { keyPolicies, requestRates, leaseMs } = options;
  const strict = options.signatures === 'strict';
  const development = strict ? identityOf(platformRoot) : undefined;
  const faults = new FaultBook(options.faultSeed);
  const journal = new Journal(options.journalCapacity);
  const settings: WorldSettings = {
    clock,
    access: keyPolicies === undefined ? {} : { mode: keyPolicies },
    identities: [...(options.identities ?? []), ...(development === undefined ? [] : [development])],
    journal,
    faults,
    platformRoot,
    onError,
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(requestRates === undefined ? {} : { requestRates }),
  };
  const host = new WorldHost(await openWorld(state.view(), settings));
  teardown.add(() => host.close());

  let ready = false;
  const started = Promise.withResolvers<Emulator>();
  const authentication = {
    mode: options.signatures ?? 'lax',
    identities: { credentialsOf: (id: string) => host.current.identities.credentialsOf(id) },
    clock,
  } as const;
  // Connections that are cut off at the end fail, which is no failure.
  const onFailure = (error: unknown): void => {
    if (!(error instanceof EmulatorClosedError)) onError(error);
  };
  const onRefused =
    (service: WatchedService) =>
    ({ requestId, status, error }: RefusedRequest): void =>
      host.current.watch.begin({ service, from: 'client', requestId }).ended(status, error);
  const handler = requestRouter({
    kms: kmsHttpHandler(
      { handle: (request) => host.run(({ clientKms }) => clientKms.handle(request)) },
      authentication,
      { onRefused: onRefused('kms'), onError: onFailure },
    ),
    secretsManager: kmsHttpHandler(
      { handle: (request) => host.run((world) => world.clientSecretsManager.handle(request)) },
      { ...authentication, service: 'secretsmanager' },
      { onRefused: onRefused('secretsmanager'), onError: onFailure },
    ),
    isReady: () => ready,
    loadEncryptionApi: async () => {
      const [{ encryptionApi }] = await Promise.all([import('./encryption-api.ts'), started.promise]);
      return encryptionApi(host, { onRefused: onRefused('encryption-api'), onError: onFailure });
    },
    loadApp: async () => {
      const [{ createApp }, emulator] = await Promise.all([import('./app.ts'), started.promise]);
      return createApp(host, { emulator, isReady: () => ready, onError });
    },
    onError,
  });

  // Whoever listens on all addresses is reached by the loopback's too.
  const reached = everyAddress.get(address) ?? address;
  const name = reached.includes(':') ? `[${reached}]` : reached;
  const hosts = [...(options.allowHosts ?? []), name];
  const guard = new HostGuard(hosts);
  const date = (): Date | undefined => (options.clock !== undefined || clock.moved ? clock.date : undefined);
  const authority = openLocalAuthority(folder, hosts);
  const http = await listen({ host: address, port: options.port ?? 0, guard, date, handler });
  teardown.add(() => http.close());
  const https = await listen({
    host: address,
    port: options.httpsPort ?? 0,
    guard,
    date,
    handler,
    authority,
  });
  teardown.add(() => https.close());

  const access = await openDevelopmentAccess(folder, host.current);
  for (const seed of seeds) await plantSeed(seed, host.current);
  journal.clear();
  const control = await StateControl.open({ state, host, clock, settings, access, startClock });
  ready = true;

  const url = `http://${name}:${http.port}`;
  const close = (): Promise<void> => teardown.run();
  /** Settles when the seeds that were asked for are planted. */
  let seeding: Promise<unknown> = Promise.resolve();
  const emulator: Emulator = {
    url,
    httpsUrl: `https://${name}:${https.port}`,
    ca: authority.ca,
    caFile: authority.caFile,
    pin: authority.pin,
    get access() {
      return control.access;
    },
    // Made anew each time: AWS's clients write into what they are given.
    get aws() {
      return awsAccess(url, development);
    },
    get credentials() {
      return awsAccess(url, development).credentials;
    },
    region: awsAccess(url, development).region,
    stateFolder: folder.ephemeral ? undefined : folder.path,
    clock,
    faults,
    journal,
    reset: () => control.reset(),
    snapshot: () => control.snapshot(),
    restore: (snapshot) => control.restore(snapshot),
    export: (snapshot) => control.export(snapshot),
    import: (document) => control.import(document),
    seed: async (source) => {
      const [seed] = await readSeeds([source]);
      if (seed === undefined) throw new TypeError('One seed is read as one.');
      // One after the other: what two look for at once, both would find absent.
      const planted = seeding.then(() => host.run((world) => plantSeed(seed, world)));
      seeding = planted.catch(() => undefined);
      return planted;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  started.resolve(emulator);
  return emulator;
}

/** RFC 4291 §2.5.2 and RFC 1122 §3.2.1.3: addresses that mean all there are. Nobody is addressed by them. */
const everyAddress: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

function identityOf(platformRoot: PlatformRoot): IdentityOptions {
  const key = platformRoot.reveal();
  try {
    return developmentIdentity(key);
  } finally {
    key.dispose();
  }
}
