/** Rows into tape order, where some of them are given for one side alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODE_EXCHANGE, CODE_LOCAL, type Columns, codeOf, Kind, Side, TapeBuilder } from '../../core/index.js';

type Row = readonly [exchangeNs: number, latencyNs: number, seen: number];

const BOTH = CODE_EXCHANGE | CODE_LOCAL;
const row = fc.tuple(fc.nat(30), fc.nat(10), fc.constantFrom(BOTH, BOTH, BOTH, CODE_EXCHANGE, CODE_LOCAL));

/** Each row with its place in the list as quantity. */
function built(rows: readonly Row[]) {
  const builder = new TapeBuilder({}, 4);
  rows.forEach(([happened, latency, seen], at) => {
    builder.add(happened, happened + latency, codeOf(Kind.depth, Side.buy, seen), 0, 0, 1, at);
  });
  return builder.build();
}

/** Places of the rows that one side sees, in its order, with their times by that side's clock. */
function seenBy({ code, length, qtyLots, exchangeNs, localNs }: Columns, side: number): [time: number, at: number][] {
  const times = side === CODE_EXCHANGE ? exchangeNs : localNs;
  const seen: [number, number][] = [];
  for (let at = 0; at < length; at++) if ((code[at]! & side) !== 0) seen.push([times[at]!, qtyLots[at]!]);
  return seen;
}

describe('rows of both sides and of one alone', () => {
  it('stand for each side in its own order of time, ties as given, none lost or added', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const { columns, split } = built(rows);
        for (const side of [CODE_EXCHANGE, CODE_LOCAL]) {
          const expected = rows.flatMap(([happened, latency, seen], at): [number, number][] =>
            (seen & side) === 0 ? [] : [[side === CODE_EXCHANGE ? happened : happened + latency, at]],
          );
          expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
          expect(seenBy(columns, side)).toEqual(expected);
        }
        expect(split).toBe(columns.length - rows.length);
      }),
    );
  });

  it('given in tape order stay exactly as they are', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const { columns } = built(rows);
        const again = new TapeBuilder({}, 4);
        const { exchangeNs, localNs, code, qtyLots } = columns;
        for (let at = 0; at < columns.length; at++) {
          again.add(exchangeNs[at]!, localNs[at]!, code[at]!, 0, 0, 1, qtyLots[at]!);
        }
        const { columns: same, exchangeDisorder, localDisorder, split } = again.build();
        expect([exchangeDisorder, localDisorder, split]).toEqual([0, 0, 0]);
        for (const name of ['code', 'qtyLots', 'exchangeNs', 'localNs'] as const) {
          expect([...same[name]]).toEqual([...columns[name].subarray(0, columns.length)]);
        }
      }),
    );
  });
});
