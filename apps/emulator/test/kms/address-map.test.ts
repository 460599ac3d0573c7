import { describe, expect, it } from 'vitest';
import { AddressMap } from '../../src/kms/keys/address-map.ts';

const keyId = 'mrk-705f38235ed54390817ef7ab0f73ed20';
const here = { accountId: '111122223333', region: 'eu-central-1', keyId };
const there = { ...here, region: 'eu-west-1' };
const others = { ...here, accountId: '444455556666' };

describe('values by the address of a key', () => {
  it('are apart where one id is in several Regions or accounts', () => {
    const map = new AddressMap<string>();
    map.set(here, 'here');
    map.set(there, 'there');
    expect([map.get({ ...here }), map.get(there), map.get(others)]).toEqual(['here', 'there', undefined]);
  });

  it('are replaced and deleted one by one', () => {
    const map = new AddressMap<string>();
    for (const address of [here, there, others]) map.set(address, address.region);
    map.set(there, 'another');
    map.delete(here);
    map.delete({ ...here, keyId: 'none' });
    expect([map.get(here), map.get(there), map.get(others)]).toEqual([undefined, 'another', 'eu-central-1']);
    map.delete(there);
    map.delete(others);
    expect(map.get(others)).toBeUndefined();
  });
});
