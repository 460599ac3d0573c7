import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapeNamed } from '../../src/secrets-manager/model/shapes.ts';
import { operations } from '../../src/secrets-manager/operations/operations.ts';
import { fault, openSecrets, token } from './secrets-harness.ts';

const harness = await openSecrets();
const { call, send } = harness;
const names = [...operations.keys()];
const hidden = 'correct horse battery staple';

function isSensitive(target: string): boolean {
  const shape = shapeNamed(target);
  return shape !== undefined && 'sensitive' in shape && shape.sensitive === true;
}

describe('the protocol', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['text', '"x"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a member twice', '{"SecretId":"x","SecretId":"y"}'],
    ['deep nesting', `{"SecretId":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['a lone surrogate', '{"SecretId":"\\ud800"}'],
    ['base64 that is none', '{"SecretId":"x","SecretBinary":"***"}'],
    ['a number for a text', '{"SecretId":1}'],
    ['a text for a list', '{"SecretId":"x","Tags":"a"}'],
    ['a list for a structure', '{"SecretId":"x","RotationRules":[]}'],
  ])('refuses a body with %s in AWS JSON, at every operation that reads it', async (_, body) => {
    for (const name of names) {
      const { status, headers, output } = await send(`secretsmanager.${name}`, body);
      // An operation without such a member ignores it, as AWS does.
      expect([200, 400], name).toContain(status);
      expect(headers['content-type']).toBe('application/x-amz-json-1.1');
      if (status === 400)
        expect([
          'SerializationException',
          'ValidationException',
          'InvalidParameterException',
          'ResourceNotFoundException',
          'InvalidRequestException',
        ]).toContain(output.__type);
    }
    expect((await send('secretsmanager.TagResource', body)).output.__type).toMatch(
      /^(Serialization|Validation)Exception$/,
    );
  });

  it('knows no other operations', async () => {
    for (const target of [
      'secretsmanager.Nothing',
      'secretsmanager.',
      'secretsmanager.toString',
      'secretsmanager.__proto__',
      'TrentService.ListKeys',
      '',
    ])
      expect(await send(target, '{}')).toEqual(fault('UnknownOperationException'));
  });

  it('ignores members that AWS does not know, and takes null for nothing', async () => {
    const { status } = await send('secretsmanager.ListSecrets', '{"Unknown":1,"NextToken":null}');
    expect(status).toBe(200);
  });
});

describe('constraints', () => {
  it.each([
    ['CreateSecret', {}, "Value null at 'name' failed to satisfy constraint: Member must not be null"],
    [
      'CreateSecret',
      { Name: '' },
      "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'CreateSecret',
      { Name: 'x', ClientRequestToken: 'short' },
      "Value 'short' at 'clientRequestToken' failed to satisfy constraint: Member must have length greater than or equal to 32",
    ],
    [
      'CreateSecret',
      { Name: 'x', Tags: [{ Key: '', Value: '' }] },
      "Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'CreateSecret',
      { Name: 'x', SecretString: hidden.repeat(3000) },
      "Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
    ],
    [
      'CreateSecret',
      { Name: 'x', SecretString: 'ä'.repeat(32_769) },
      "Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
    ],
    [
      'CreateSecret',
      { Name: 'x', SecretBinary: Buffer.alloc(65_537).toString('base64') },
      "Value at 'secretBinary' failed to satisfy constraint: Member must have length less than or equal to 65536",
    ],
    [
      'PutSecretValue',
      { SecretId: 'x', VersionStages: [] },
      "Value '[]' at 'versionStages' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'PutSecretValue',
      { SecretId: 'x', RotationToken: hidden },
      "Value at 'rotationToken' failed to satisfy constraint: Member must have length greater than or equal to 36",
    ],
    [
      'ListSecrets',
      { MaxResults: 101 },
      "Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
    ],
    [
      'ListSecrets',
      { SortOrder: 'up' },
      "Value 'up' at 'sortOrder' failed to satisfy constraint: Member must satisfy enum value set: [asc, desc]",
    ],
    [
      'ListSecrets',
      { Filters: [{ Key: 'name', Values: ['a#b'] }] },
      "Value '[a#b]' at 'filters.1.member.values' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 512, Member must satisfy regular expression pattern: ^\\!?[a-zA-Z0-9 :_@\\/\\+\\=\\.\\-\\!]*$]",
    ],
    [
      'RotateSecret',
      { SecretId: 'x', RotationRules: { Duration: '3m' } },
      "Value '3m' at 'rotationRules.duration' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9]+h",
    ],
  ])('of %s %#: the answer has AWS’s words, and nothing that is secret', async (operation, input, text) => {
    const answer = await call(operation, input);
    const multiple = answer.output['message'];
    expect(answer).toEqual(fault('ValidationException', expect.stringContaining(`validation error`)));
    expect(multiple).toContain(text);
    expect(String(multiple)).not.toContain(hidden);
  });

  it('lets a value of exactly 65,536 bytes in', async () => {
    for (const value of [
      { SecretString: 'ä'.repeat(32_768) },
      { SecretBinary: Buffer.alloc(65_536, 1).toString('base64') },
    ]) {
      const ClientRequestToken = token(Object.keys(value)[0] ?? '');
      expect((await call('CreateSecret', { Name: 'full', ...value, ClientRequestToken })).status).toBe(200);
      expect((await call('GetSecretValue', { SecretId: 'full' })).output).toMatchObject(value);
      await call('DeleteSecret', { SecretId: 'full', ForceDeleteWithoutRecovery: true });
    }
  });
});

describe('any request', () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('x', token('a'), 'AWSCURRENT', 'alias/x', 7, true, null),
  );
  // Members that AWS does not call sensitive are repeated in its messages: what is hidden goes into the others only.
  const anythingOf = (target: string) =>
    isSensitive(target) ? fc.oneof(fc.constant(hidden), anything) : anything;

  /** Members of the request with values that fit, nearly fit, or do not. */
  const requests = fc.constantFrom(...names).chain((name) => {
    const operation = operations.get(name);
    const shape = operation && shapeNamed(operation.input);
    const members = shape?.type === 'structure' ? Object.entries(shape.members) : [];
    return fc.record({
      name: fc.constant(name),
      input: fc.record(
        Object.fromEntries(members.map(([member, { shape: target }]) => [member, anythingOf(target)])),
        { requiredKeys: [] },
      ),
    });
  });

  it('is answered in AWS JSON, never with a failure of ours, and no refusal has a secret in it', async () => {
    await call('CreateSecret', { Name: 'x', SecretString: hidden });
    await fc.assert(
      fc.asyncProperty(requests, async ({ name, input }) => {
        const { status, headers, output } = await send(`secretsmanager.${name}`, JSON.stringify(input));
        expect([200, 400]).toContain(status);
        expect(headers['content-type']).toBe('application/x-amz-json-1.1');
        expect(harness.internalErrors).toEqual([]);
        if (status === 400) {
          expect(output.__type).toMatch(/^[A-Z][A-Za-z]+$/);
          expect(JSON.stringify(output)).not.toContain(hidden);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

describe('the table of operations', () => {
  it('says of each how far it goes, and why where it does not go all the way', () => {
    expect(names).toHaveLength(23);
    for (const { name, support, note } of operations.values()) {
      expect(['exact', 'simulated', 'refused'], name).toContain(support);
      if (support !== 'exact') expect(note, name).toMatch(/^[A-Z].*\.$/);
    }
  });
});

it('takes an ARN of the partition that its Region is in, and no other', async () => {
  const { call } = await openSecrets();
  const { ARN } = (await call('CreateSecret', { Name: 'x', SecretString: 'v' })).output;
  for (const partition of ['bogus', 'aws-cn', ''])
    expect(
      (await call('GetSecretValue', { SecretId: ARN.replace('arn:aws:', `arn:${partition}:`) })).output
        .__type,
    ).toBe('ValidationException');
});
