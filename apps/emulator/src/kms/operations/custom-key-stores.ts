import { randomUUID } from 'node:crypto';
import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import type { KeyStore, KeyStoreRecord } from '../keys/key-store-book.ts';
import type { Output } from '../wire/answers.ts';
import {
  findKeyStore,
  keyStoreRecord,
  proxyOf,
  refuseMembers,
  requireUnique,
} from './custom-key-store-input.ts';
import { keysOfStore } from './keys-of-store.ts';
import { listPage } from './list-page.ts';
import { readMarker } from './marker.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';

/**
 * Custom key stores are simulated as far as AWS's API goes: they are kept, described, connected and disconnected, what they must not
 * share is refused, and keys that are made in them work as long as they are connected. There is no cluster and no proxy behind them:
 * connecting succeeds at once, passwords and proxy secrets are not kept, and the material of such keys is the emulator's own.
 */
const idForm = /^cks-[0-9a-f]{17}$/;
/** AWS's default for DescribeCustomKeyStores. */
const defaultLimit = 1000;

/** AWS KMS API reference, "CreateCustomKeyStore". */
export const createCustomKeyStore: Operation = defineOperation(
  'CreateCustomKeyStore',
  'CreateCustomKeyStoreRequest',
  async (input, { caller, clock, keyStores }) => {
    const record = keyStoreRecord(input, clock.now().wallMs);
    const id = `cks-${randomUUID().replaceAll('-', '').slice(0, 17)}`;
    await keyStores.exclusively(async () => {
      requireUnique(record, await keyStores.list(caller));
      await keyStores.change(caller, id, () => record);
    });
    return { CustomKeyStoreId: id };
  },
);

/** AWS KMS API reference, "DescribeCustomKeyStores". */
export const describeCustomKeyStores: Operation = defineOperation(
  'DescribeCustomKeyStores',
  'DescribeCustomKeyStoresRequest',
  async ({ CustomKeyStoreId, CustomKeyStoreName, Limit, Marker }, call) => {
    const { operation } = call.caller;
    if (CustomKeyStoreId !== undefined && CustomKeyStoreName !== undefined)
      throw ownFault('customKeyStoreTwice');
    const limit = Limit ?? defaultLimit;
    const after =
      Marker === undefined ? undefined : readMarker(operation, Marker, (text) => idForm.test(text));
    const found =
      CustomKeyStoreId === undefined
        ? await call.keyStores.list(call.caller, after)
        : [await findKeyStore(CustomKeyStoreId, call)];
    const named = found.filter(
      ({ record }) => CustomKeyStoreName === undefined || record.name === CustomKeyStoreName,
    );
    if (CustomKeyStoreName !== undefined && named.length === 0)
      throw new KmsFault('CustomKeyStoreNotFoundException');
    const { page, end } = listPage(named, limit, operation, ({ id }) => id);
    return { CustomKeyStores: page.map(entryOf), ...end };
  },
);

/** AWS KMS API reference, "UpdateCustomKeyStore": only while it is disconnected, but for a proxy's secret. */
export const updateCustomKeyStore: Operation = defineOperation(
  'UpdateCustomKeyStore',
  'UpdateCustomKeyStoreRequest',
  async (input, call) => {
    const { id, record } = await findKeyStore(input.CustomKeyStoreId, call);
    const isHsm = record.type === 'AWS_CLOUDHSM';
    const { CustomKeyStoreId: _, ...changes } = input;
    if (Object.keys(changes).length === 0) throw ownFault('customKeyStoreNothingToDo');
    refuseMembers(
      input,
      isHsm
        ? Object.keys(input).filter((name) => name.startsWith('Xks'))
        : ['CloudHsmClusterId', 'KeyStorePassword'],
      record.type,
    );
    if (record.connectionState === 'CONNECTED') throw new KmsFault('CustomKeyStoreInvalidStateException');
    const next: KeyStoreRecord = {
      ...record,
      name: input.NewCustomKeyStoreName ?? record.name,
      ...(isHsm
        ? { cloudHsmClusterId: input.CloudHsmClusterId ?? record.cloudHsmClusterId ?? '' }
        : { proxy: proxyOf(input, record.proxy) }),
    };
    await call.keyStores.exclusively(async () => {
      const others = (await call.keyStores.list(call.caller)).filter((other) => other.id !== id);
      requireUnique(next, others);
      await call.keyStores.change(call.caller, id, () => next);
    });
    return {};
  },
);

/** AWS KMS API reference, "ConnectCustomKeyStore"; that of one which is connected is no error ("CustomKeyStoreInvalidStateException"). */
export const connectCustomKeyStore: Operation = defineOperation(
  'ConnectCustomKeyStore',
  'ConnectCustomKeyStoreRequest',
  async ({ CustomKeyStoreId }, call) => {
    const { id } = await findKeyStore(CustomKeyStoreId, call);
    return setConnection(id, 'CONNECTED', call);
  },
);

/** AWS KMS API reference, "DisconnectCustomKeyStore". */
export const disconnectCustomKeyStore: Operation = defineOperation(
  'DisconnectCustomKeyStore',
  'DisconnectCustomKeyStoreRequest',
  async ({ CustomKeyStoreId }, call) => {
    const { id, record } = await findKeyStore(CustomKeyStoreId, call);
    if (record.connectionState === 'DISCONNECTED') throw new KmsFault('CustomKeyStoreInvalidStateException');
    return setConnection(id, 'DISCONNECTED', call);
  },
);

/** AWS KMS API reference, "DeleteCustomKeyStore": only while it is disconnected, and once its last key is deleted. */
export const deleteCustomKeyStore: Operation = defineOperation(
  'DeleteCustomKeyStore',
  'DeleteCustomKeyStoreRequest',
  ({ CustomKeyStoreId }, call) =>
    call.keyStores.exclusively(async () => {
      const { id, record } = await findKeyStore(CustomKeyStoreId, call);
      for await (const _ of keysOfStore(id, call)) throw new KmsFault('CustomKeyStoreHasCMKsException');
      if (record.connectionState !== 'DISCONNECTED')
        throw new KmsFault('CustomKeyStoreInvalidStateException');
      await call.keyStores.change(call.caller, id, () => undefined);
      return {};
    }),
);

async function setConnection(
  id: string,
  connectionState: KeyStoreRecord['connectionState'],
  { caller, keyStores }: Call,
): Promise<Output> {
  await keyStores.change(caller, id, (record) => record && { ...record, connectionState });
  return {};
}

/** AWS KMS API reference, "CustomKeyStoresListEntry". */
function entryOf({ id, record }: KeyStore): Output {
  const { proxy } = record;
  return {
    CloudHsmClusterId: record.cloudHsmClusterId,
    ConnectionState: record.connectionState,
    CreationDate: record.createdAtMs / 1000,
    CustomKeyStoreId: id,
    CustomKeyStoreName: record.name,
    CustomKeyStoreType: record.type,
    TrustAnchorCertificate: record.trustAnchorCertificate,
    ...(proxy === undefined
      ? {}
      : {
          XksProxyConfiguration: {
            AccessKeyId: proxy.accessKeyId,
            Connectivity: proxy.connectivity,
            UriEndpoint: proxy.uriEndpoint,
            UriPath: proxy.uriPath,
            VpcEndpointServiceName: proxy.vpcEndpointServiceName,
            VpcEndpointServiceOwner: proxy.vpcEndpointServiceOwner,
          },
        }),
  };
}
