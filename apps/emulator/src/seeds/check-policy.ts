import { type PolicyKind, parsePolicy } from '../kms/policy/policy-document.ts';
import { PolicyFlaw } from '../kms/policy/policy-flaw.ts';
import { shownName } from './near-miss.ts';
import type { Path, Problems } from './problems.ts';

/** AWS KMS developer guide, "Resource quotas": the longest key policy, in bytes of UTF-8. */
const maxKeyPolicyByteLength = 32_768;

const texts: Readonly<Record<PolicyKind, { readonly name: string; readonly hint: string }>> = {
  key: { name: 'key policy', hint: 'Write a key policy as AWS KMS takes it, as text or as a map.' },
  identity: {
    name: "identity's policy",
    hint: 'Write a policy document as IAM takes it, as text or as a map.',
  },
};

/** Whether a policy is one. */
export function checkPolicy(kind: PolicyKind, policy: string, path: Path, problems: Problems): void {
  const { name, hint } = texts[kind];
  if (kind === 'key' && Buffer.byteLength(policy) > maxKeyPolicyByteLength) {
    problems.add(path, `is longer than ${maxKeyPolicyByteLength} bytes`, hint);
    return;
  }
  try {
    parsePolicy(policy, kind);
  } catch (error) {
    if (!(error instanceof PolicyFlaw)) throw error;
    problems.add(path, `is no ${name}: ${flawText(error)}`, hint);
  }
}

/** What is wrong with a policy, without a name that could be key material. */
function flawText({ message }: PolicyFlaw): string {
  return message
    .replace(/^(.*) is no member/s, (_, name: string) => `${shownName(name)} is no member`)
    .replace(/\.$/, '');
}
