/**
 * A slow, plain exchange of one price that shares trades pro rata, with every party as an order in a list and exact
 * fractions. Shares nothing with what it checks.
 */

export interface PlainOrder {
  readonly own: boolean;
  lots: number;
}

export interface PlainRules {
  readonly remainder: 'time' | 'largest';
  readonly minimumLots: number;
}

/** What each order of the line gets of a trade; the line itself is left as it was. */
export function plainProRata(line: readonly PlainOrder[], qtyLots: number, rules: PlainRules): number[] {
  const total = line.reduce((sum, { lots }) => sum + BigInt(lots), 0n);
  const trade = BigInt(qtyLots);
  if (trade >= total) return line.map(({ lots }) => lots);
  const gets = line.map(({ lots }) => {
    const share = Number((trade * BigInt(lots)) / total);
    return share >= rules.minimumLots ? share : 0;
  });
  /** Whether there is anything left, and then gives one lot. */
  const left = () => trade > gets.reduce((sum, lots) => sum + BigInt(lots), 0n);
  const room = (at: number) => gets[at]! < line[at]!.lots;
  if (rules.remainder === 'largest') {
    const lost = line.map(({ lots }, at) => ({ at, cut: trade * BigInt(lots) - BigInt(gets[at]!) * total }));
    lost.sort((a, b) => (a.cut === b.cut ? a.at - b.at : a.cut > b.cut ? -1 : 1));
    for (const { at, cut } of lost) if (cut > 0n && left() && room(at)) gets[at]!++;
  }
  for (let at = 0; at < line.length; at++) while (left() && room(at)) gets[at]!++;
  return gets;
}
