/**
 * How the files of a catalogue lie to each other in time: which contradict each other, which follow each other and can be read as
 * one. Knows nothing of files themselves. Called when tapes are added, compacted and opened.
 */
import { CatalogError } from './catalog-error.js';
import type { CatalogPart, CatalogSource, CatalogState } from './catalog-state.js';

/** Whether two files say the same kinds of thing of the same time of the same instrument. */
export function contradict(a: CatalogPart, b: CatalogPart): boolean {
  if (a.venue !== b.venue || a.symbol !== b.symbol) return false;
  if (!Object.keys(a.counts).some((kind) => b.counts[kind] !== undefined)) return false;
  const [from, to] = a.exchangeNs;
  const [otherFrom, otherTo] = b.exchangeNs;
  return (from < otherTo && otherFrom < to) || (from === otherFrom && to === otherTo);
}

/** For how long the exchange times of two files overlap. */
export function overlapNs({ exchangeNs: [from, to] }: CatalogPart, { exchangeNs: [start, end] }: CatalogPart): bigint {
  return (to < end ? to : end) - (from > start ? from : start);
}

/** Whether `next` holds what came right behind `before` in the same source. */
function goesOn(before: CatalogPart, next: CatalogPart): boolean {
  const [end, start] = [before.pieces.at(-1)!, next.pieces[0]!];
  return end.source === start.source && end.to + 1 === start.from;
}

/** Whether orders rest after a file of which the next one knows nothing. */
export function closes(part: CatalogPart, next: CatalogPart | undefined): boolean {
  return part.closing !== undefined && next !== undefined && !goesOn(part, next);
}

/** Whether two files can be read one behind the other, as one. */
export function follows(before: CatalogPart, next: CatalogPart): boolean {
  if (goesOn(before, next)) return true;
  const begins = next.opening === undefined && next.pieces[0]!.from === 0;
  return begins && before.exchangeNs[1] <= next.exchangeNs[0] && before.localNs[1] <= next.localNs[0];
}

/** The files of one instrument in the fewest rows of files that can be read one behind the other, in order of time. */
export function chainsOf(parts: readonly CatalogPart[]): CatalogPart[][] {
  const sorted = [...parts].sort(byTime);
  const chains: CatalogPart[][] = [];
  for (const part of sorted) {
    const chain =
      chains.find((each) => goesOn(each.at(-1)!, part)) ??
      chains.find((each) => follows(each.at(-1)!, part) && shareKinds(each.at(-1)!, part));
    if (chain === undefined) chains.push([part]);
    else chain.push(part);
  }
  return chains;
}

/** As importers put rows of different kinds at equal times. */
const KINDS_AT_ONE_TIME = [
  ...['funding', 'split', 'dividend', 'status', 'trade', 'custom'],
  ...['orderAdd', 'orderModify', 'orderCancel', 'orderExecute', 'depthClear', 'depth', 'quote', 'bar', 'mark'],
];

/** In the order in which rows of equal times shall stand: by the last of their kinds. */
export function inTieOrder(chains: readonly CatalogPart[][]): CatalogPart[][] {
  const rank = (chain: readonly CatalogPart[]) =>
    Math.max(...chain.flatMap(({ counts }) => Object.keys(counts).map((kind) => KINDS_AT_ONE_TIME.indexOf(kind))));
  const ranked = chains.map((chain) => ({ chain, rank: rank(chain) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ chain }) => chain);
}

function shareKinds(a: CatalogPart, b: CatalogPart): boolean {
  return Object.keys(a.counts).some((kind) => b.counts[kind] !== undefined);
}

/** By their first moment; what is equal, by source and piece, so that the order is the same every time. */
export function byTime(a: CatalogPart, b: CatalogPart): number {
  if (a.exchangeNs[0] !== b.exchangeNs[0]) return a.exchangeNs[0] < b.exchangeNs[0] ? -1 : 1;
  const [own, other] = [a.pieces[0]!, b.pieces[0]!];
  if (own.source !== other.source) return own.source < other.source ? -1 : 1;
  return own.from - other.from;
}

/**
 * Refuses files of which one goes on with books that another one between them changed or that are no longer there. Throws
 * {@link CatalogError} naming where the range can begin.
 */
export function refuseGaps(chains: readonly (readonly CatalogPart[])[], place: string): void {
  for (const chain of chains) {
    const [first] = chain;
    if (first?.opening === undefined) continue;
    const earlier = chains.find(
      (other) => other !== chain && other[0]!.exchangeNs[0] < first.exchangeNs[0] && shareKinds(other[0]!, first),
    );
    if (earlier === undefined) continue;
    throw new CatalogError(
      `${place}: ${first.venue} ${first.symbol} goes on at ${first.day} with the books of days that were removed or replaced; ` +
        `begin the range at ${first.day}, or end it before`,
    );
  }
}

/** The sources that some files came from. */
export function sourcesOf(state: CatalogState, parts: readonly CatalogPart[]): CatalogSource[] {
  const wanted = new Set(parts.flatMap(({ pieces }) => pieces.map(({ source }) => source)));
  return state.sources.filter(({ sha256 }) => wanted.has(sha256));
}
