import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Harness, openSecrets, token } from './secrets-harness.ts';

/** What the rules of AWS's documentation say, written a second time: which version has a label, and what each version holds. */
interface Model {
  readonly holders: Map<string, string>;
  readonly values: Map<string, string | undefined>;
}

type Command = (model: Model, harness: Harness) => Promise<void>;

const ids = ['a', 'b', 'c', 'd'].map(token);
const lambda = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate';

function attach(model: Model, stage: string, id: string): void {
  const before = model.holders.get(stage);
  if (before === id) return;
  model.holders.set(stage, id);
  if (stage === 'AWSCURRENT' && before !== undefined) model.holders.set('AWSPREVIOUS', before);
}

const id = fc.constantFrom(...ids);
const stage = fc.constantFrom('AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING', 'mine');
const value = fc.constantFrom('one', 'two');

const put = fc
  .record({ id, value, stages: fc.option(fc.uniqueArray(stage, { minLength: 1 }), { nil: undefined }) })
  .map(
    ({ id, value, stages }): Command =>
      async (model, harness) => {
        const { status, output } = await harness.call('PutSecretValue', {
          SecretId: 'x',
          SecretString: value,
          ClientRequestToken: id,
          VersionStages: stages,
        });
        const known = model.values.get(id);
        if (known !== undefined) {
          expect(status === 200 ? 'same' : output.__type).toBe(
            known === value ? 'same' : 'ResourceExistsException',
          );
          return;
        }
        expect(status).toBe(200);
        const first = model.values.size === 0 ? ['AWSCURRENT'] : [];
        const wanted = [...first, ...(stages ?? ['AWSCURRENT'])];
        model.values.set(id, value);
        for (const name of wanted.filter((name) => name !== 'AWSCURRENT')) attach(model, name, id);
        if (wanted.includes('AWSCURRENT')) attach(model, 'AWSCURRENT', id);
      },
  );

const move = fc
  .record({
    stage,
    to: fc.option(id, { nil: undefined }),
    from: fc.option(id, { nil: undefined }),
  })
  .map(
    ({ stage, to, from }): Command =>
      async (model, harness) => {
        const { status } = await harness.call('UpdateSecretVersionStage', {
          SecretId: 'x',
          VersionStage: stage,
          MoveToVersionId: to,
          RemoveFromVersionId: from,
        });
        const holder = model.holders.get(stage);
        const fromFits = from === undefined ? holder === undefined || holder === to : from === holder;
        const allowed =
          to === undefined
            ? from !== undefined && stage !== 'AWSCURRENT' && holder === from
            : model.values.has(to) &&
              (stage !== 'AWSCURRENT' || model.values.get(to) !== undefined) &&
              fromFits;
        expect(status === 200).toBe(allowed);
        if (!allowed) return;
        if (to === undefined) model.holders.delete(stage);
        else attach(model, stage, to);
      },
  );

const rotate = id.map(
  (id): Command =>
    async (model, harness) => {
      const { status } = await harness.call('RotateSecret', {
        SecretId: 'x',
        RotationLambdaARN: lambda,
        ClientRequestToken: id,
      });
      const waiting = model.holders.get('AWSPENDING');
      const again = waiting === id;
      const free = waiting === undefined || waiting === model.holders.get('AWSCURRENT');
      const allowed = again || (free && !model.values.has(id));
      expect(status === 200).toBe(allowed);
      if (!allowed || again) return;
      model.values.set(id, undefined);
      attach(model, 'AWSPENDING', id);
    },
);

describe('staging labels', () => {
  it('are where the rules put them after any requests: one AWSCURRENT, at most one of each other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(put, move, rotate), { maxLength: 25 }), async (commands) => {
        const harness = await openSecrets();
        await harness.call('CreateSecret', { Name: 'x' });
        const model: Model = { holders: new Map(), values: new Map() };
        let hadCurrent = false;
        for (const command of commands) {
          await command(model, harness);
          const { output } = await harness.call('DescribeSecret', { SecretId: 'x' });
          const holders = Object.entries(output.VersionIdsToStages ?? {}).flatMap(([version, stages]) =>
            stages.map((name): [string, string] => [name, version]),
          );
          expect(holders.length).toBe(new Set(holders.map(([name]) => name)).size);
          expect(new Map(holders)).toEqual(model.holders);
          hadCurrent ||= model.holders.has('AWSCURRENT');
          expect(model.holders.has('AWSCURRENT')).toBe(hadCurrent);
        }
        for (const [VersionId, value] of model.values) {
          const { output } = await harness.call('GetSecretValue', { SecretId: 'x', VersionId });
          expect(output.SecretString).toBe(value);
        }
        expect(harness.internalErrors).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
