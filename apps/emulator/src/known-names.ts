import { nearMiss, shownName } from './seeds/near-miss.ts';

/** What to say of a name that stands for nothing: the one that was most likely meant, or else those that there are. */
export function noSuchName(kind: string, name: unknown, known: readonly string[]): string {
  const text = typeof name === 'string' ? name : `of type ${typeof name}`;
  const meant = nearMiss(text, known);
  const help = meant === undefined ? `known are ${known.join(', ')}` : `perhaps ${meant} was meant`;
  return `There is no ${kind} ${typeof name === 'string' ? JSON.stringify(shownName(name)) : text}: ${help}.`;
}
