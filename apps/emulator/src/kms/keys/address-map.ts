import type { KeyAddress } from './key-address.ts';

interface Entry<Value> {
  readonly address: KeyAddress;
  value: Value;
}

/**
 * Values by the address of a key. It looks for the id first, which hardly ever has more than one place: to put three parts together to
 * one text for each look would take longer than the look.
 */
export class AddressMap<Value> {
  readonly #entries = new Map<string, Entry<Value>[]>();

  get(address: KeyAddress): Value | undefined {
    return this.#find(address)?.value;
  }

  set(address: KeyAddress, value: Value): void {
    const entry = this.#find(address);
    if (entry !== undefined) {
      entry.value = value;
      return;
    }
    const ofId = this.#entries.get(address.keyId);
    if (ofId === undefined) this.#entries.set(address.keyId, [{ address, value }]);
    else ofId.push({ address, value });
  }

  delete(address: KeyAddress): void {
    const left = (this.#entries.get(address.keyId) ?? []).filter((entry) => !isAt(entry, address));
    if (left.length === 0) this.#entries.delete(address.keyId);
    else this.#entries.set(address.keyId, left);
  }

  #find(address: KeyAddress): Entry<Value> | undefined {
    const ofId = this.#entries.get(address.keyId);
    if (ofId === undefined) return undefined;
    for (const entry of ofId) if (isAt(entry, address)) return entry;
    return undefined;
  }
}

function isAt<Value>({ address }: Entry<Value>, { accountId, region }: KeyAddress): boolean {
  return address.accountId === accountId && address.region === region;
}
