/** The check of a tape finds what was planted in a clean one, exactly that, and nothing in the clean one. */
import { describe, expect, test } from 'vitest';
import { USUAL_SPIKES } from '../../../analytics/index.js';
import { CODE_LOCAL, Kind, RandomSource } from '../../../core/index.js';
import { type PlainEvent, plainLate, plainSpells, plainSpikes } from '../../reference/plain-quality.js';
import { checked, cleanMessages, DEFECTS, figuresOf, plant, rowsSeen, tapeOf } from './planted.js';

const SEEDS = [1, 2, 3, 4, 5];

describe.each(SEEDS)('seed %i', (seed) => {
  const messages = cleanMessages(seed);
  const random = () => new RandomSource(seed).stream('planted');

  test('a clean tape has nothing', () => {
    const figures = figuresOf(checked(tapeOf(messages.flat())));
    expect(Object.entries(figures).filter(([, value]) => value !== 0)).toEqual([]);
  });

  test('each defect alone is found, and nothing else', () => {
    for (const defect of DEFECTS) {
      const planted = plant(messages, [defect], random());
      const found = figuresOf(checked(tapeOf(planted.events)));
      const names = Object.keys(found).filter((name) => found[name] !== 0);
      const expected: Record<(typeof DEFECTS)[number], string[]> = {
        crossed: ['crossed', 'crossed-time'],
        'crossed-in-message': ['crossed', 'crossed-time'],
        locked: ['locked', 'locked-time'],
        duplicate: ['duplicates'],
        'duplicate-trade': ['duplicate-trades'],
        spike: ['spikes'],
        'zero-size': ['zero-sizes'],
        late: ['slow-rows', 'late-rows'],
        halt: ['halts', 'trades-while-shut'],
        gap: ['gaps'],
      };
      expect(names, defect).toEqual(expected[defect]);
    }
  });

  test('all together are counted, with their places and lengths, in blocks of any size', () => {
    const planted = plant(messages, [...DEFECTS, ...DEFECTS], random());
    const tape = tapeOf(planted.events);
    const findings = checked(tape);
    expect(checked(tapeOf(planted.events, 77)), 'blocks').toEqual(findings);
    const late = [0, 1].map((index) =>
      plainLate(rowsSeen(tape, CODE_LOCAL).filter(({ instrument }) => instrument === index)),
    );
    expect(late[0]! + late[1]!).toBeGreaterThan(0);
    expect(figuresOf(findings)).toEqual({
      ...{
        'sequence-gaps': 0,
        'negative-latency': 0,
        stale: 0,
        'low-prices': 0,
        'no-snapshot': 0,
        'unknown-orders': 0,
        'lost-rows': 0,
        outages: 0,
      },
      gaps: planted.gaps,
      ...{ crossed: 4, 'crossed-time': 4 * 400, locked: 2, 'locked-time': 2 * 400 },
      ...{ 'slow-rows': 2, 'late-rows': late[0]! + late[1]! },
      ...{ duplicates: planted.duplicateRows, 'duplicate-trades': 2, spikes: 2, 'zero-sizes': 2 },
      ...{ halts: 2, 'trades-while-shut': 2 },
    });
    const spans = (of: (typeof findings.instruments)[number]['crossed'][]) =>
      of
        .flatMap(({ longest }) => longest.map(({ fromNs, toNs }) => ({ fromNs, toNs })))
        .toSorted((a, b) => a.fromNs - b.fromNs);
    expect(spans(findings.instruments.map(({ crossed }) => crossed))).toEqual(planted.crossed);
    expect(spans(findings.instruments.map(({ locked }) => locked))).toEqual(planted.locked);
    expect(spans(findings.instruments.map(({ halts }) => halts))).toEqual(planted.halted);
    const spikes = findings.instruments
      .flatMap(({ largestSpikes }) => largestSpikes.map(({ timeNs, priceTicks }) => ({ timeNs, priceTicks })))
      .toSorted((a, b) => a.timeNs - b.timeNs);
    expect(spikes).toEqual(planted.spikes);
  });

  test('spells and spikes are those of the slow twins', () => {
    const planted = plant(messages, [...DEFECTS, ...DEFECTS], random());
    const findings = checked(tapeOf(planted.events));
    const endNs = Math.max(...planted.events.map(({ exchangeNs }) => exchangeNs));
    for (const [index, found] of findings.instruments.entries()) {
      const own = planted.events.filter(({ instrument }) => instrument === index);
      for (const state of ['crossed', 'locked'] as const) {
        const spells = plainSpells(own, state, endNs);
        expect(found[state].count).toBe(spells.length);
        expect(found[state].totalNs).toBe(spells.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0));
      }
      const trades = own.filter(({ kind }: PlainEvent) => kind === Kind.trade).map(({ priceTicks }) => priceTicks);
      expect(found.spikes).toBe(plainSpikes(trades, USUAL_SPIKES).length);
    }
  });
});
