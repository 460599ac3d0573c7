import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import {
  openStream,
  parseRecordHeader,
  prepareStreamContext,
  type StreamContextOptions,
} from '../src/index.ts';
import { byteTransform } from '../src/streams/byte-transform.ts';
import { ChunkedCipher, chunkedEncryptionForms } from '../src/streams/chunked-encryption.ts';
import { StreamSealer } from '../src/streams/seal-stream.ts';
import { StreamContext } from '../src/streams/stream-context.ts';
import { backends } from './backends.ts';
import { countCases } from './count-cases.ts';
import { bytesOf, codeOf, hex, publishedVectors, secretOf } from './fixtures.ts';
import { content, opened, sealedChunk, through } from './stream-fixtures.ts';

interface WycheproofCase {
  readonly tcId: number;
  readonly comment: string;
  readonly key: string;
  readonly ctx: string;
  /** zlib-compressed */
  readonly ct: string;
  readonly aeadKey?: string;
  readonly baseNonce?: string;
  readonly msgLength?: number;
  readonly msgSha512?: string;
  readonly result: 'valid' | 'invalid';
  readonly flags: readonly string[];
}

const overhead = 24 + 32;

describe.each(backends)('the construction by the backend %s', (name, { primitives, constantTimeEqual }) => {
  const form = chunkedEncryptionForms[128];

  /** Reads a message of the construction alone, as streams do: salt ‖ commitment ‖ chunks. */
  async function read(test: WycheproofCase): Promise<{ ok: boolean; stage: string; bytes: Uint8Array }> {
    const none = new Uint8Array();
    const message = new Uint8Array(inflateSync(bytesOf(test.ct)));
    if (message.byteLength < overhead) return { ok: false, stage: 'header', bytes: none };
    const salt = message.subarray(0, 24);
    const derive = ChunkedCipher.derive(primitives, form, secretOf(test.key), salt, bytesOf(test.ctx));
    const cipher = await derive.catch(() => undefined);
    if (cipher === undefined || !constantTimeEqual(cipher.commitment, message.subarray(24, overhead))) {
      return { ok: false, stage: 'header', bytes: none };
    }
    const chunks: Uint8Array[] = [];
    const failed = () => ({ ok: false, stage: 'chunks', bytes: Buffer.concat(chunks) });
    for (let index = 0; ; index++) {
      const at = overhead + index * sealedChunk;
      const sealed = message.subarray(at, at + sealedChunk);
      if (sealed.byteLength < 16) return failed();
      const chunk = await cipher.open(index, sealed);
      if (chunk === undefined) return failed();
      chunks.push(chunk);
      if (sealed.byteLength < sealedChunk) return { ok: true, stage: 'end', bytes: Buffer.concat(chunks) };
    }
  }

  it('passes the published vectors of its 128-bit form', async () => {
    const file = evidence.vectors('wycheproof/c2sp_chunked_encryption_aes_128_gcm_test.json');
    if (!file.found) {
      evidence.missing(file.path);
      return;
    }
    const { testGroups } = file.json() as { testGroups: { tests: WycheproofCase[] }[] };
    let ran = 0;
    for (const test of testGroups.flatMap((group) => group.tests)) {
      const { ok, stage, bytes } = await read(test);
      const label = `${test.tcId} ${test.comment}`;
      expect([label, ok]).toEqual([label, test.result === 'valid']);
      expect([label, stage === 'header']).toEqual([label, test.flags.includes('HeaderFailure')]);
      // What was released before the failure is the longest valid prefix, and nothing where there is none.
      expect([label, bytes.byteLength]).toEqual([label, test.msgLength ?? 0]);
      if (test.msgSha512 !== undefined) {
        expect(createHash('sha512').update(bytes).digest('hex')).toBe(test.msgSha512);
      }
      ran++;
    }
    evidence.report(`wycheproof chunked encryption (${name})`, ran);
    expect(ran).toBe(35);
  });

  it('takes keys and salts of its own length only', async () => {
    const derive = (key: number, salt: number) =>
      ChunkedCipher.derive(
        primitives,
        form,
        secretOf('00'.repeat(key)),
        new Uint8Array(salt),
        new Uint8Array(),
      );
    for (const [key, salt] of [
      [15, 24],
      [32, 24],
      [16, 23],
      [16, 25],
    ] as const) {
      await expect(derive(key, salt)).rejects.toMatchObject({ code: 'invalid_argument' });
    }
    await expect(derive(16, 24)).resolves.toBeInstanceOf(ChunkedCipher);
  });
});

interface PublishedStream {
  readonly name: string;
  readonly options: StreamContextOptions;
  readonly context: string;
  readonly contentByteLength: number;
  readonly contentSha256: string;
  readonly salt: string;
  readonly commitment: string;
  readonly streamByteLength: number;
  readonly streamSha256: string;
  readonly stream?: string;
}

describe.each(backends)('docs/formats/vectors/stream.json by the backend %s', (name, backend) => {
  countCases(`docs/formats/vectors/stream.json on ${name}`);
  const file = publishedVectors<{
    dataKey: string;
    header: string;
    streamKey: string;
    cases: readonly PublishedStream[];
    refused: readonly { name: string; options: StreamContextOptions; stream: string; code: string }[];
  }>('stream.json');
  const header = () => parseRecordHeader(bytesOf(`f6${file.header}`));
  const opener = async () => backend.openDataKey(header(), secretOf(file.dataKey));
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  it('stream key', async () => {
    using key = await (await opener()).openingStreamKey();
    expect(hex(key.reveal())).toBe(file.streamKey);
  });

  it.each(file.cases)('$name', async (published) => {
    const plaintext = content(published.contentByteLength);
    expect(sha256(plaintext)).toBe(published.contentSha256);
    const context = prepareStreamContext(published.options);
    expect(hex(StreamContext.aadOf(context))).toBe(published.context);
    const sealer = {
      recordHeader: () => bytesOf(`f6${file.header}`),
      sealingStreamKey: () => secretOf(file.streamKey),
    };
    const machine = new StreamSealer({ backend, sealer, context }, bytesOf(published.salt));
    const { bytes } = await through(byteTransform(machine), [plaintext]);
    expect(hex(bytes.subarray(126, 158))).toBe(published.commitment);
    expect(bytes.byteLength).toBe(published.streamByteLength);
    expect(sha256(bytes)).toBe(published.streamSha256);
    if (published.stream !== undefined) expect(hex(bytes)).toBe(published.stream);

    const result = await through(openStream({ backend, opener: await opener(), context }), [bytes]);
    expect(result.error).toBeUndefined();
    expect(sha256(result.bytes)).toBe(published.contentSha256);
  });

  it.each(file.refused)('$name is refused: $code', async ({ options, stream, code }) => {
    const result = await opened(backend, await opener(), bytesOf(stream), prepareStreamContext(options));
    expect(result).toEqual({ bytes: new Uint8Array(), code });
  });
});

it('what a stream may be bound to is bounded as for a value', () => {
  const refused = () => prepareStreamContext({ tenant: '', scope: { kind: 'tenant' }, context: {} });
  expect(codeOf(refused)).toBe('invalid_encryption_context');
});
