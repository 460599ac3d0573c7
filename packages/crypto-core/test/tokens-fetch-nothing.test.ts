import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { verifyToken } from '../src/index.ts';
import { backends } from './backends.ts';
import { claims, kid, refusalOf, signed, verifier } from './token-fixtures.ts';

const url = 'http://127.0.0.1:9/keys.json';

/** Headers that would have a verifier fetch a key (THREATS 5). */
const hostile: readonly (readonly [string, object, string])[] = [
  ['jku', { jku: url }, 'key_in_header'],
  ['x5u', { x5u: url }, 'key_in_header'],
  ['jku and a kid that is not known', { kid: 'k9', jku: url }, 'key_in_header'],
  ['a kid that is a location', { kid: url }, 'kid'],
  ['a kid that is not known', { kid: 'k9' }, 'unknown_key'],
  ['jku named as critical', { crit: ['jku'], jku: url }, 'crit'],
];

describe.each(backends)('while a hostile token is verified on %s, nothing is fetched', (_name, backend) => {
  const fetched = vi.fn(() => Promise.reject(new Error('Nothing is fetched.')));

  beforeEach(() => {
    fetched.mockClear();
    vi.stubGlobal('fetch', fetched);
    vi.spyOn(Socket.prototype, 'connect').mockImplementation(() => {
      throw new Error('Nothing is connected to.');
    });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it.each(hostile)('%s', async (_what, members, reason) => {
    const header = JSON.stringify({ alg: 'EdDSA', typ: 'JWT', kid, ...members });
    const token = await signed(backend, header, JSON.stringify({ ...claims, jku: url }));
    expect(await refusalOf(async () => verifyToken(token, await verifier(backend)))).toBe(reason);
    expect(fetched).not.toHaveBeenCalled();
    expect(Socket.prototype.connect).not.toHaveBeenCalled();
  });

  it('nor for claims that name a location', async () => {
    const header = JSON.stringify({ alg: 'EdDSA', typ: 'JWT', kid });
    const token = await signed(backend, header, JSON.stringify({ ...claims, jku: url, x5u: url }));
    expect(await refusalOf(async () => verifyToken(token, await verifier(backend)))).toBe('accepted');
    expect(fetched).not.toHaveBeenCalled();
    expect(Socket.prototype.connect).not.toHaveBeenCalled();
  });
});
