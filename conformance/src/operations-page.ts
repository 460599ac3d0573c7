import { signingAlgorithms } from '../../apps/emulator/src/kms/crypto/signatures.ts';
import {
  isWrappingAvailable,
  type WrappingAlgorithm,
} from '../../apps/emulator/src/kms/crypto/unwrap-material.ts';
import { ownTexts } from '../../apps/emulator/src/kms/faults/own-texts.ts';
import { type KeySpecRow, keySpecs } from '../../apps/emulator/src/kms/keys/key-specs.ts';
import { enumerations } from '../../apps/emulator/src/kms/model/enumerations.ts';
import { conditionKeys } from '../../apps/emulator/src/kms/policy/condition-keys.ts';
import { ownSignatureTexts } from '../../apps/emulator/src/kms/sigv4/own-signature-texts.ts';
import { featureSupport } from '../../apps/emulator/src/kms/support/feature-support.ts';
import { operationSupport, type Support } from '../../apps/emulator/src/kms/support/operation-support.ts';
import { ownTexts as ownSecretsTexts } from '../../apps/emulator/src/secrets-manager/faults/fault-texts.ts';
import { operations as secretsOperations } from '../../apps/emulator/src/secrets-manager/operations/operations.ts';

type Row = readonly string[];

/** The page `docs/emulator/operations.md`: what the emulator's own tables say of it, and nothing else. */
export function operationsPage(): string {
  return [
    '# What the emulator does',
    'Written from the emulator’s own tables; a test holds it against them. To write it anew: `KEYFOLD_WRITE_DOCS=1 npx vitest run --project conformance operations-page`.',
    [
      '- **exact**: does what AWS’s does, as AWS documents it and as its answers were recorded.',
      '- **simulated**: does it as far as the API goes, without the rest of AWS behind it.',
      '- **refused**: says so, with an error. Nothing is ignored in silence.',
    ].join('\n'),
    '## AWS KMS',
    supportTable('Operation', Object.entries(operationSupport)),
    '### Across operations',
    supportTable('What', Object.entries(featureSupport)),
    '### Key specs',
    table(
      ['Key spec', 'Usages and algorithms', 'Imported material', 'Support'],
      Object.entries(keySpecs).map(keySpecRow),
    ),
    '### Messages that are signed',
    'What the runtime cannot do is answered with UnsupportedOperationException.',
    table(['Algorithm', 'Message type', 'Support', ''], messageTypeRows()),
    '### Wrapping of imported material',
    table(['Wrapping algorithm', 'Support', ''], enumerations.AlgorithmSpec.values.map(wrappingRow)),
    '## AWS Secrets Manager',
    supportTable(
      'Operation',
      [...secretsOperations.values()].map(({ name, support, note }) => [
        name,
        { support, ...(note === undefined ? {} : { note }) },
      ]),
    ),
    '## Condition keys',
    'The keys that a policy’s conditions and variables are evaluated with; of every other one, such as `aws:PrincipalOrgID` or `aws:SourceVpce`, a policy is taken and the key counts as absent: nothing here knows of organisations, VPC endpoints or multi-factor authentication. Credentials may bring any key along (`context` of an identity’s access keys). `*` is the rest of a name.',
    table(['Requests', 'Condition keys'], conditionKeyRows()),
    '## Messages that are ours',
    'Refusals for which AWS’s own words are not on record: not in its model or documentation, not in recorded answers, not quoted by anybody whom it answered. The fault is AWS’s; do not test for these words. `{name}` is a value of the request’s.',
    '### AWS KMS',
    textTable(Object.values(ownTexts)),
    'Which comes first where a key has another usage, another state and another algorithm than a request needs is our choice too: usage, state, algorithm.',
    '### Signatures',
    table(
      ['Text'],
      Object.values(ownSignatureTexts).map((text) => [code(text)]),
    ),
    '### AWS Secrets Manager',
    textTable(Object.values(ownSecretsTexts)),
  ]
    .join('\n\n')
    .concat('\n');
}

function supportTable(title: string, rows: readonly (readonly [name: string, row: Support])[]): string {
  return table(
    [title, 'Support', ''],
    rows
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { support, note = '' }]) => [name, support, note]),
  );
}

function conditionKeyRows(): readonly Row[] {
  const { every, kms, secretsManager } = conditionKeys;
  const listed = (names: readonly string[]): string => names.map(code).join(', ');
  return [
    ['all', listed(every)],
    ['AWS KMS', listed(kms)],
    ['AWS Secrets Manager', listed(secretsManager)],
  ];
}

function keySpecRow([name, { usages, material, importable }]: [string, KeySpecRow]): Row {
  const described = Object.entries(usages).map(
    ([usage, algorithms]) => `${usage}: ${(algorithms ?? []).join(', ')}`,
  );
  return [
    name,
    described.join('<br>'),
    importable ? 'yes' : 'no',
    material === undefined ? 'refused; AWS has it in the China Regions alone' : 'exact',
  ];
}

function messageTypeRows(): readonly Row[] {
  return Object.entries(signingAlgorithms).flatMap(([name, { messageTypes, unavailable }]) =>
    messageTypes.map((type): Row => {
      const isMissing = unavailable.includes(type);
      const why = name === 'SM2DSA' ? 'There are no SM2 keys.' : 'Node’s cryptography lacks it.';
      return [name, type, isMissing ? 'refused' : 'exact', isMissing ? why : ''];
    }),
  );
}

const withoutWrapping: Readonly<Partial<Record<WrappingAlgorithm, string>>> = {
  RSAES_PKCS1_V1_5: 'As in AWS, since 10 October 2023.',
  SM2PKE: 'AWS has it in the China Regions alone.',
};

function wrappingRow(algorithm: WrappingAlgorithm): Row {
  return isWrappingAvailable(algorithm)
    ? [algorithm, 'exact', '']
    : [algorithm, 'refused', withoutWrapping[algorithm] ?? ''];
}

function textTable(texts: readonly { readonly fault: string; readonly text: string }[]): string {
  return table(
    ['Fault', 'Text'],
    texts
      .map(({ fault, text }): Row => [fault, code(text)])
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0)),
  );
}

function table(head: Row, rows: readonly Row[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function code(text: string): string {
  return `\`${text}\``;
}
