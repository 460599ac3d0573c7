import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { csvColumns, type Person } from './person.ts';

const givenNames = [
  'Ada',
  'Zoë',
  'Łukasz',
  'Søren',
  'Þóra',
  '美咲',
  '王伟',
  'Дмитрий',
  'Ελένη',
  'محمد',
  'שרה',
  'अनन्या',
  'ณัฐ',
  '지우',
  'Nguyễn',
  'Müge',
];
const familyNames = [
  'Lovelace',
  "O'Brien",
  'Kowalski',
  'Ångström',
  'Jónsdóttir',
  '佐藤',
  '李娜',
  'Соколов',
  'Παπαδοπούλου',
  'حسین',
  'כהן',
  'शर्मा',
  'วงศ์',
  '김서연',
  'Thị Hương',
  'Çelik',
];
const remarks = [
  'prefers calls after 18:00 ☎️',
  'moved house 🏠, new flat "4b"',
  'VIP 🥇\nsecond line, with a comma',
  'family of four 👨‍👩‍👧‍👦',
  'naïve café owner ☕',
];
const plans = ['free', 'plus', 'pro'];

/** A small generator with a fixed seed (xorshift32): the same people on every machine, and nothing of it is secret. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A list is never empty here; the fallback is for the type checker. */
const pick = (list: readonly string[], below: (n: number) => number): string =>
  list[below(list.length)] ?? '';

function* people(count: number, tenants: readonly string[]): Generator<Person & { readonly tenant: string }> {
  const below = sequence(0x6b66_6f6c);
  for (let id = 1; id <= count; id++) {
    const number = String(id).padStart(6, '0');
    yield {
      id,
      tenant: tenants[id % tenants.length] ?? '',
      name: `${pick(givenNames, below)} ${pick(familyNames, below)} ${number}`,
      email: below(10) === 0 ? null : `person.${number}.${below(1e6)}@example.net`,
      nationalId: `${100 + below(900)}-${10 + below(90)}-${number}`,
      birthDate: new Date(Date.UTC(1930 + below(80), below(12), 1 + below(28))),
      balance: (below(2e9) - 1e9) / 100,
      notes: below(3) === 0 ? null : `#${number} ${pick(remarks, below)}`,
      plan: pick(plans, below),
    };
  }
}

const isoDate = (date: Date): string => date.toISOString().slice(0, 10);

/**
 * Writes a CSV of people who do not exist: names in many scripts, nulls, dates, money, e-mail addresses, identity
 * numbers, and text with emoji, quotes and line breaks.
 */
export async function generatePeople(file: string, count: number, tenants: readonly string[]): Promise<void> {
  const csv = stringify({ header: true, columns: [...csvColumns], cast: { date: isoDate } });
  await pipeline(people(count, tenants), csv, createWriteStream(file));
}
