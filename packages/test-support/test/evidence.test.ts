import { afterEach, describe, expect, it } from 'vitest';
import { evidence } from '../src/index.ts';

describe('evidence', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it('says where it looked for a file that is absent', () => {
    process.env['KEYFOLD_EVIDENCE_DIR'] = '/nonexistent-folder';
    expect(evidence.vectors('a.json')).toEqual({ found: false, path: '/nonexistent-folder/vectors/a.json' });
  });

  it('is an error to miss where evidence is required, and is not elsewhere', () => {
    process.env['KEYFOLD_EVIDENCE'] = 'required';
    expect(() => evidence.missing('vectors/a.json')).toThrow('vectors/a.json');
    process.env['KEYFOLD_EVIDENCE'] = 'optional';
    expect(() => evidence.missing('vectors/a.json')).not.toThrow();
  });
});
