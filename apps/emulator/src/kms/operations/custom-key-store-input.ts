import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import type { KeyStore, KeyStoreRecord, ProxyConfiguration } from '../keys/key-store-book.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { missingMember } from '../wire/check-constraints.ts';
import type { Call } from './operation.ts';

type CreateInput = ShapeValue<'CreateCustomKeyStoreRequest'>;
type ProxyInput = Pick<
  CreateInput,
  | 'XksProxyAuthenticationCredential'
  | 'XksProxyConnectivity'
  | 'XksProxyUriEndpoint'
  | 'XksProxyUriPath'
  | 'XksProxyVpcEndpointServiceName'
  | 'XksProxyVpcEndpointServiceOwner'
>;

const hsmMembers = ['CloudHsmClusterId', 'TrustAnchorCertificate', 'KeyStorePassword'] as const;
const proxyMembers = [
  'XksProxyUriEndpoint',
  'XksProxyUriPath',
  'XksProxyAuthenticationCredential',
  'XksProxyConnectivity',
] as const;
const vpcMembers = ['XksProxyVpcEndpointServiceName', 'XksProxyVpcEndpointServiceOwner'] as const;

/**
 * What a new key store is made of.
 *
 * @throws {KmsFault} ValidationException for members that its type needs, or does not have
 */
export function keyStoreRecord(input: CreateInput, nowMs: number): KeyStoreRecord {
  const type = input.CustomKeyStoreType ?? 'AWS_CLOUDHSM';
  const isHsm = type === 'AWS_CLOUDHSM';
  for (const member of isHsm ? hsmMembers : proxyMembers)
    if (input[member] === undefined) throw missingMember(lowerFirst(member));
  refuseMembers(input, isHsm ? [...proxyMembers, ...vpcMembers] : hsmMembers, type);
  return {
    format: 1,
    name: input.CustomKeyStoreName,
    createdAtMs: nowMs,
    type,
    connectionState: 'DISCONNECTED',
    ...(isHsm
      ? {
          cloudHsmClusterId: input.CloudHsmClusterId ?? '',
          trustAnchorCertificate: input.TrustAnchorCertificate ?? '',
        }
      : { proxy: proxyOf(input, undefined) }),
  };
}

/** @throws {KmsFault} ValidationException for members that a key store of that type does not have */
export function refuseMembers(
  input: Readonly<Record<string, unknown>>,
  members: readonly string[],
  type: KeyStoreRecord['type'],
): void {
  const [member] = members.filter((name) => input[name] !== undefined);
  if (member !== undefined) throw ownFault('customKeyStoreFields', { member, type });
}

/** A proxy's configuration with what a request changes of it. */
export function proxyOf(input: ProxyInput, before: ProxyConfiguration | undefined): ProxyConfiguration {
  const connectivity = input.XksProxyConnectivity ?? before?.connectivity ?? 'PUBLIC_ENDPOINT';
  const proxy: ProxyConfiguration = {
    connectivity,
    accessKeyId: input.XksProxyAuthenticationCredential?.AccessKeyId ?? before?.accessKeyId ?? '',
    uriEndpoint: input.XksProxyUriEndpoint ?? before?.uriEndpoint ?? '',
    uriPath: input.XksProxyUriPath ?? before?.uriPath ?? '',
  };
  const name = input.XksProxyVpcEndpointServiceName ?? before?.vpcEndpointServiceName;
  const owner = input.XksProxyVpcEndpointServiceOwner ?? before?.vpcEndpointServiceOwner;
  if (connectivity === 'PUBLIC_ENDPOINT') {
    if (input.XksProxyVpcEndpointServiceName !== undefined)
      throw new KmsFault('XksProxyInvalidConfigurationException');
    return proxy;
  }
  if (name === undefined) throw missingMember('xksProxyVpcEndpointServiceName');
  return {
    ...proxy,
    vpcEndpointServiceName: name,
    ...(owner === undefined ? {} : { vpcEndpointServiceOwner: owner }),
  };
}

/**
 * What no two key stores of a place may share.
 *
 * @param others - without the one that is made or changed.
 * @throws {KmsFault} the exception that AWS has for each
 */
export function requireUnique(record: KeyStoreRecord, others: readonly KeyStore[]): void {
  const taken = (read: (other: KeyStoreRecord) => string | undefined): boolean => {
    const value = read(record);
    return value !== undefined && others.some((other) => read(other.record) === value);
  };
  if (taken(({ name }) => name)) throw new KmsFault('CustomKeyStoreNameInUseException');
  if (taken(({ cloudHsmClusterId }) => cloudHsmClusterId))
    throw new KmsFault('CloudHsmClusterInUseException');
  if (taken(({ proxy }) => proxy && `${proxy.uriEndpoint}${proxy.uriPath}`))
    throw new KmsFault('XksProxyUriInUseException');
  if (taken(({ proxy }) => proxy?.vpcEndpointServiceName))
    throw new KmsFault('XksProxyVpcEndpointServiceInUseException');
}

/** @throws {KmsFault} CustomKeyStoreNotFoundException */
export async function findKeyStore(id: string, { caller, keyStores }: Call): Promise<KeyStore> {
  const record = await keyStores.get(caller, id);
  if (record === undefined) throw new KmsFault('CustomKeyStoreNotFoundException');
  return { id, record };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
