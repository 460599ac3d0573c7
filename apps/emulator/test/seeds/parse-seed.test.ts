import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseSeed } from '../../src/seeds/parse-seed.ts';
import { account, hex, invalid, keyId, read, region, shown, withKeys } from './seed-harness.ts';

/** A seed whose only key has these lines, of which the first is line 6. */
function keyLines(...lines: readonly string[]): string {
  return [
    'version: 1',
    'accounts:',
    '  - id: "111122223333"',
    '    keys:',
    '     -',
    ...lines.map((line) => `        ${line}`),
  ].join('\n');
}
const id = `id: ${keyId}`;

const mistakes: Readonly<Record<string, readonly [text: string, problem: string]>> = {
  'no version': ['accounts: []', '1:1  needs the member version. Add it.'],
  'another version': ['version: 2', '1:1 version is none of the values that it can have. Write one of 1.'],
  'a list': ['- 1', '1:1  is a list where a map is expected. Write a map.'],
  nothing: ['# later', '1:1  has no value. Give it one, or take the line away.'],
  'a member without a value': [
    'version: 1\naccounts:\n',
    '2:1 accounts has no value. Give it one, or take the line away.',
  ],
  'a misspelt member': [
    'version: 1\nacounts: []',
    '2:1 acounts is a member that is not known here. Did you mean accounts?',
  ],
  'a member of another style': [
    keyLines(id, 'older_materials: []'),
    '7:9 accounts[0].keys[0].older_materials is a member that is not known here. Did you mean olderMaterials?',
  ],
  users: [
    'version: 1\nusers: []',
    '2:1 users is a member that is not known here. The encryption API has keys for services only; users of AWS are listed under identities.',
  ],
  'a merge key': [
    keyLines(id, '<<: { spec: HMAC_256 }'),
    '7:9 accounts[0].keys[0].… is a member that is not known here. Merge keys are of YAML 1.1: repeat the members, or use an alias for the whole map.',
  ],
  'a member twice': [
    keyLines(id, 'state: Enabled', 'state: Disabled'),
    '8:9 accounts[0].keys[0].state is there twice. Keep one of the two.',
  ],
  'a misspelt value': [
    keyLines(id, 'spec: SYMETRIC_DEFAULT'),
    '7:9 accounts[0].keys[0].spec is none of the values that it can have. Did you mean SYMMETRIC_DEFAULT?',
  ],
  'a value of another kind': [
    keyLines(id, 'rotation: { enabled: yes }'),
    '7:21 accounts[0].keys[0].rotation.enabled is a text where true or false is expected. Write true or false.',
  ],
  'a number out of range': [
    keyLines(id, 'rotation:', '  enabled: true', '  periodDays: 30'),
    '9:11 accounts[0].keys[0].rotation.periodDays is too small. It is at least 90.',
  ],
  'a key id in capitals': [
    keyLines(`id: ${keyId.toUpperCase()}`),
    '6:9 accounts[0].keys[0].id is no key id. A key id is a UUID in lower case, or mrk- and 32 hexadecimal digits for a multi-Region key.',
  ],
  'an account of eleven digits': [
    'version: 1\naccounts: [{ id: 11112222333 }]',
    '2:14 accounts[0].id is no account id. An account id has 12 digits, such as 111122223333.',
  ],
  'material that is too short': [
    keyLines(id, 'material:', '  hex: 00ff'),
    '8:11 accounts[0].keys[0].material.hex has 2 bytes, and material of the spec SYMMETRIC_DEFAULT has 32. Write 32 bytes: openssl rand -hex 32 makes some.',
  ],
  'material in two forms': [
    keyLines(id, `material: { hex: ${hex(1)}, base64: AAAA }`),
    '7:9 accounts[0].keys[0].material needs one of the members hex, base64 and pem. Write the material in one of them.',
  ],
  'material that is no hex': [
    keyLines(id, 'material: { hex: zz }'),
    '7:21 accounts[0].keys[0].material.hex is not hexadecimal. Write two digits for each byte.',
  ],
  'material that is no base64': [
    keyLines(id, 'material: { base64: "AA" }'),
    '7:21 accounts[0].keys[0].material.base64 is not base64. Write it with the letters of RFC 4648 §4, padded with =.',
  ],
  'PEM that is none': [
    keyLines(id, 'spec: ECC_NIST_P256', 'usage: SIGN_VERIFY', 'material: { pem: key }'),
    '9:21 accounts[0].keys[0].material.pem is no private key in PEM. Write an unencrypted one, as openssl genpkey makes it.',
  ],
  'the same material twice': [
    keyLines(id, `olderMaterials: [{ hex: ${hex(1)} }]`, `material: { hex: ${hex(1)} }`),
    '8:9 accounts[0].keys[0].material is the same material as one before it. Keep one of the two.',
  ],
  'older material without material': [
    keyLines(id, `olderMaterials: [{ hex: ${hex(1)} }]`),
    '7:9 accounts[0].keys[0].olderMaterials is there without material. Add material: it encrypts.',
  ],
  'expiry of material that was not imported': [
    keyLines(id, `material: { hex: ${hex(1)}, validTo: 2030-01-01 }`),
    '7:9 accounts[0].keys[0].material has validTo or description, which only imported material has. Add origin: EXTERNAL, or take them away.',
  ],
  'a usage that the spec does not have': [
    keyLines(id, 'spec: HMAC_256', 'usage: SIGN_VERIFY'),
    '8:9 accounts[0].keys[0].usage is none of a key of the spec HMAC_256. Write one of GENERATE_VERIFY_MAC.',
  ],
  'a spec with several usages and none': [
    keyLines(id, 'spec: RSA_2048'),
    '6:9 accounts[0].keys[0] needs the member usage, since it is of the spec RSA_2048. Write one of ENCRYPT_DECRYPT, SIGN_VERIFY.',
  ],
  'rotation of a key pair': [
    keyLines(id, 'spec: ECC_SECG_P256K1', 'rotation: { enabled: true }'),
    '8:9 accounts[0].keys[0].rotation is there though the key cannot rotate by itself. Only keys of the spec SYMMETRIC_DEFAULT and the origin AWS_KMS do: take it away.',
  ],
  'replicas of a key of one Region': [
    keyLines(id, 'replicas: [{ region: eu-west-1 }]'),
    '7:9 accounts[0].keys[0].replicas are there though the key is none of several Regions. Give it an id that begins with mrk-, or take them away.',
  ],
  'a key twice': [
    keyLines(id).concat(`\n     - ${id}`),
    '7:8 accounts[0].keys[1].id is the same key as accounts[0].keys[0].id in line 6. Keep one of the two.',
  ],
  'an alias twice': [
    keyLines(id, 'aliases:', '  - alias/a', '  - alias/a'),
    '9:13 accounts[0].keys[0].aliases[1] is the same alias as accounts[0].keys[0].aliases[0] in line 8. Keep one of the two.',
  ],
  'an alias of AWS’s own': [
    keyLines(id, 'aliases: [alias/aws/s3]'),
    '7:19 accounts[0].keys[0].aliases[0] is no alias that can be made. An alias is alias/ and letters, digits, / _ or -; those that begin with alias/aws/ are AWS’s own.',
  ],
  'a policy with a misspelt member': [
    keyLines(id, 'policy:', '  Statement: { Effekt: Allow }'),
    '7:9 accounts[0].keys[0].policy is no key policy: Effekt is no member of a policy. Write a key policy as AWS KMS takes it, as text or as a map.',
  ],
  'a reserved tag': [
    keyLines(id, 'tags: { aws:x: y }'),
    '7:9 accounts[0].keys[0].tags are not what AWS KMS takes: Tags beginning with aws: are reserved. Name them otherwise.',
  ],
  'a grant without operations': [
    keyLines(id, 'grants:', '  - name: a', '    operations: []'),
    '9:13 accounts[0].keys[0].grants[0].operations is too short a list. It has at least 1 item.',
  ],
  'a grant to nobody that can be': [
    keyLines(id, 'grants:', '  - { name: a, grantee: "a b", operations: [Encrypt] }'),
    '8:13 accounts[0].keys[0].grants[0] is not what CreateGrant takes. Look at its texts: the AWS KMS API reference has their forms and lengths under CreateGrant.',
  ],
  'a window of a key that stays': [
    keyLines(id, 'deletionWindowDays: 7'),
    '7:9 accounts[0].keys[0].deletionWindowDays is there though the key is not to be deleted. Add state: PendingDeletion, or take it away.',
  ],
  'a time without a date': [
    keyLines(id, 'createdAt: yesterday'),
    '7:9 accounts[0].keys[0].createdAt is no time. Write it in ISO 8601 with its zone: 2026-01-31T12:00:00Z.',
  ],
  'a day that does not exist': [
    keyLines(id, 'createdAt: 2026-13-01'),
    '7:9 accounts[0].keys[0].createdAt is no time. Write it in ISO 8601 with its zone: 2026-01-31T12:00:00Z.',
  ],
  'an identity of another account': [
    'version: 1\naccounts:\n - id: "111122223333"\n   identities:\n    - arn: arn:aws:iam::999922223333:root',
    '5:7 accounts[0].identities[0].arn is none of this account. Move it to the account that it names, or name this one.',
  ],
  'an access key that is none': [
    'version: 1\naccounts:\n - id: "111122223333"\n   identities:\n    - arn: arn:aws:iam::111122223333:user/a\n      accessKeys: [{ id: a b, secret: c }]',
    '5:7 accounts[0].identities[0] cannot be: an access key id is none, or is there twice. Identities are users, roles and root users by ARN, with policy documents as IAM takes them.',
  ],
  'a policy of an identity without a statement': [
    'version: 1\naccounts:\n - id: "111122223333"\n   identities:\n    - arn: arn:aws:iam::111122223333:user/a\n      policies: { use: { Statement: [] } }',
    "6:19 accounts[0].identities[0].policies.use is no identity's policy: A policy has a statement. Write a policy document as IAM takes it, as text or as a map.",
  ],
  'an API key of another role': [
    `version: 1\napiKeys:\n - { key: kf_admin_${'a'.repeat(43)}, role: application, tenants: "*" }`,
    '3:65 apiKeys[0].role is another than the key says. Begin the key with kf_ and its role.',
  ],
  'a secret without a value': [
    'version: 1\naccounts: [{ id: "111122223333", secrets: [{ name: a }] }]',
    '2:44 accounts[0].secrets[0] needs one of the members string, hex, base64 and versions. Write its value, or a list of its versions.',
  ],
  'a root that is no ARN': [
    'version: 1\ntenants: [{ id: a, root: alias/x }]',
    "2:20 tenants[0].root is no key's ARN. Write arn:aws:kms:<region>:<account>:key/<key id>.",
  ],
  'a tag': ['version: !int 1', '1:15 version has a tag. Take the tag away: seeds have none.'],
  'a known tag': ['version: !!int 1', '1:16 version has a tag. Take the tag away: seeds have none.'],
  'a prototype': [
    'version: 1\n__proto__: { a: 1 }',
    '2:1 __proto__ is a name that members cannot have. Rename it.',
  ],
  'a list as a name': [
    'version: 1\n[a]: 1',
    "2:1  has a member's name that is no text. Put the text into quotation marks.",
  ],
  'two documents': [
    'version: 1\n---\nversion: 1',
    '2:1  begins another document. A seed is one document: make two files, or one document.',
  ],
  'YAML 1.1': [
    '%YAML 1.1\n---\nversion: 1',
    '1:1  is of another version of YAML. Take the %YAML directive away: seeds are YAML 1.2.',
  ],
  'a bracket that is missing': [
    'version: 1\naccounts: [',
    '2:12  is indented in a way that has no meaning. Indent the members of a map, and the dashes of a list, by the same number of spaces, and close every bracket.',
  ],
  'an alias before its anchor': [
    'version: 1\naccounts: *later',
    '2:11 accounts is an alias of something that does not come before it. Put the anchor first.',
  ],
  'an alias of itself': [
    'version: 1\naccounts: &all [*all]',
    '2:17 accounts[0] is an alias of something that does not come before it. Put the anchor first.',
  ],
  'half of a surrogate pair': [
    keyLines(id, 'description: "\\ud800"'),
    '7:22 accounts[0].keys[0].description is not Unicode. Take half of a surrogate pair away.',
  ],
};

describe('a seed with a mistake', () => {
  it.each(Object.entries(mistakes))(
    'is refused with line, column, path and way out: %s',
    (_, [text, problem]) => {
      expect(invalid(text).problems.map(shown)).toContain(problem);
    },
  );

  it('is refused with all of its mistakes, in their order', () => {
    const error = invalid(keyLines('id: x', 'spek: HMAC_256', 'state: Off'));
    expect(error).toMatchObject({ code: 'seed_invalid', layer: 'config', fileName: 'seed.yaml' });
    expect(error.problems.map(({ line }) => line)).toEqual([6, 7, 8]);
    expect(error.message.split('\n')).toEqual([
      'seed.yaml is no seed: 3 problems.',
      expect.stringMatching(/^ {2}seed\.yaml:6:9 accounts\[0\]\.keys\[0\]\.id is no key id\. /),
      '  seed.yaml:7:9 accounts[0].keys[0].spek is a member that is not known here. Did you mean spec?',
      '  seed.yaml:8:9 accounts[0].keys[0].state is none of the values that it can have. Write one of Enabled, Disabled, PendingDeletion.',
    ]);
  });

  it('shows no more of its mistakes than can be read', () => {
    const error = invalid(withKeys(...Array.from({ length: 50 }, () => ({ id: 'x' }))));
    expect(error.problems).toHaveLength(50);
    expect(error.message.split('\n')).toHaveLength(22);
    expect(error.message).toMatch(/and 30 more$/);
  });

  it.each([
    ['in a wrong length', { material: { hex: hex(7, 31) } }],
    ['as a text', { material: hex(7) }],
    ['as a name', { [hex(7)]: 1 }],
    ['in a wrong member', { spec: hex(7), usage: hex(7), state: hex(7), description: [hex(7)] }],
    ['in a policy', { policy: { [hex(7)]: 1 } }],
    ['in a grant', { grants: [{ name: 'a', grantee: `${hex(7)} x`, operations: ['Encrypt'] }] }],
    ['in a tag', { tags: { [hex(7)]: [1], '': hex(7) } }],
    ['as PEM', { spec: 'RSA_2048', usage: 'SIGN_VERIFY', material: { pem: hex(7) } }],
    ['as a list', { olderMaterials: hex(7), aliases: [hex(7)], policy: hex(7), tags: [hex(7)] }],
  ])('shows no key material: %s', (_, members) => {
    const error = invalid(withKeys({ id: keyId, ...members }));
    const everything = inspect(error, { depth: 9 }) + JSON.stringify(error) + error.message;
    expect(everything).not.toContain(hex(7, 8));
  });

  it('in identities shows no secrets', () => {
    const policies = { [hex(7)]: { [hex(7)]: 1 } };
    const accessKeys = [{ id: 'a b', secret: hex(7), sessionToken: hex(7), context: { [hex(7)]: 1 } }];
    for (const identity of [
      { policies },
      { accessKeys },
      { accessKeys: [{ id: hex(7), secret: hex(7), sessionName: '' }] },
    ]) {
      const arn = `arn:aws:iam::${account}:role/a`;
      const error = invalid({ version: 1, accounts: [{ id: account, identities: [{ arn, ...identity }] }] });
      expect(inspect(error, { depth: 9 })).not.toContain(hex(7, 17));
    }
  });

  it('in its syntax shows nothing of the text', () => {
    const secret = hex(7);
    for (const text of [
      `a: "${secret}`,
      `${secret}\n${secret}: [`,
      `a: {${secret}`,
      `a: *${secret}`,
      `!${secret} a`,
    ])
      expect(invalid(text).message).not.toContain(hex(7, 8));
  });
});

describe('a text that is meant to do harm', () => {
  it('is refused above 4 MiB', () => {
    expect(shown(invalid(`# ${'x'.repeat(4 * 1024 * 1024)}`).problems[0] ?? expect.fail())).toBe(
      '1:1  is larger than 4 MiB. Split it.',
    );
  });

  it.each([
    ['lists', '['.repeat(20_000)],
    ['maps', '{a: '.repeat(20_000)],
    ['lists of YAML', '- '.repeat(20_000)],
    ['lists that end', `${'['.repeat(60)}${']'.repeat(60)}`],
  ])('is refused where it is nested too deep: %s', (_, text) => {
    expect(invalid(text).problems.length).toBeGreaterThan(0);
  });

  it.each([
    ['of the parser', '['.repeat(50_000)],
    ['of the reader', `[${'!x a,'.repeat(5_000)}]`],
    ['of the schema', JSON.stringify({ version: 1, accounts: Array.from({ length: 5_000 }, () => 1) })],
  ])('is told the first hundred of its problems, and that there may be more: %s', (_, text) => {
    const error = invalid(text);
    expect(error.problems).toHaveLength(100);
    expect(error.message).toMatch(/^seed\.yaml is no seed: 100 or more problems\.\n/);
    expect(error.message).toMatch(/and at least 80 more$/);
  });

  it('is refused where its aliases unfold without end', () => {
    const levels = Array.from(
      { length: 9 },
      (_, index) => `  - &l${index + 1} [${`*l${index},`.repeat(10)}]`,
    );
    const text = ['version: 1', 'accounts:', '  - &l0 [x, x, x]', ...levels].join('\n');
    expect(invalid(text).problems.map(({ message }) => message)).toEqual(['has more than 200000 values']);
  });
});

describe('a seed', () => {
  it('is YAML or JSON, with tabs too, and means the same', () => {
    const seed = withKeys({ id: keyId, aliases: ['alias/a'], tags: { a: 'b' }, material: { hex: hex(1) } });
    const ofJson = read(JSON.stringify(seed, null, '\t'));
    const ofYaml = read(
      `version: 1\naccounts:\n- id: ${account}\n  region: ${region}\n  keys:\n  - {id: ${keyId}, aliases: [alias/a], tags: {a: b}, material: {hex: ${hex(1)}}}`,
    );
    const [json, yaml] = [ofJson, ofYaml].map(({ keys: [key] }) => ({
      ...key,
      at: undefined,
      materials: key?.materials.map(({ bytes }) => bytes.reveal()),
      aliases: key?.aliases.map(({ name }) => name),
    }));
    expect(yaml).toEqual(json);
  });

  it('takes ids and digests that YAML reads as numbers as they are written', () => {
    const seed = read(
      `version: 1\naccounts: [{ id: 000000000012, keys: [{ id: ${keyId}, description: 0x10, material: { hex: ${'1'.repeat(64)} } }] }]`,
    );
    const [key] = seed.keys;
    expect(key?.address).toEqual({ accountId: '000000000012', region: 'us-east-1', keyId });
    expect(key?.description).toBe('0x10');
    expect(key?.materials[0]?.bytes.reveal()).toEqual(new Uint8Array(32).fill(0x11));
  });

  it('may repeat what an anchor names', () => {
    const seed = read(
      `version: 1\naccounts:\n- id: "${account}"\n  keys:\n  - { id: ${keyId}, tags: &tags { a: b } }\n  - { id: 1111${keyId.slice(4)}, tags: *tags }`,
    );
    expect(seed.keys.map(({ tags }) => tags)).toEqual([
      [{ TagKey: 'a', TagValue: 'b' }],
      [{ TagKey: 'a', TagValue: 'b' }],
    ]);
  });

  it('keeps a policy that is text character for character, and account numbers in one that is a map', () => {
    const text = ' {"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}}';
    expect(read(withKeys({ id: keyId, policy: text })).keys[0]?.policy).toBe(text);
    const policy = read(
      `version: 1\naccounts: [{ id: "${account}", keys: [{ id: ${keyId}, policy: { Statement: { Effect: Allow, Principal: { AWS: 000000000001 }, Action: "kms:*", Resource: "*" } } }] }]`,
    ).keys[0]?.policy;
    expect(JSON.parse(policy ?? '').Statement.Principal).toEqual({ AWS: '000000000001' });
  });

  it('says only how much it holds where it is printed', () => {
    const seed = read(withKeys({ id: keyId, material: { hex: hex(7) } }));
    expect(inspect(seed, { depth: 9 })).toContain('keys: 1');
    expect(inspect(seed, { depth: 9 }) + JSON.stringify(seed)).not.toContain(keyId);
    expect(inspect(seed.keys, { depth: 9 })).not.toMatch(/0707|7, 7/);
  });

  it('may hold a secret as long as secrets can be, in hex or base64', () => {
    const bytes = Buffer.alloc(65_536, 7);
    const seed = read({
      version: 1,
      accounts: [
        {
          id: account,
          secrets: [
            { name: 'a', hex: bytes.toString('hex') },
            { name: 'b', base64: bytes.toString('base64') },
          ],
        },
      ],
    });
    for (const { versions } of seed.secrets)
      expect(versions).toMatchObject([{ value: { bytes: { byteLength: 65_536 } } }]);
  });

  it('may hold nothing', () => {
    expect(parseSeed('version: 1', { fileName: 'empty.yaml' }).toJSON()).toEqual({
      fileName: 'empty.yaml',
      format: 'keyfold',
      identities: 0,
      keys: 0,
      secrets: 0,
      tenants: 0,
      apiKeys: 0,
    });
  });
});
