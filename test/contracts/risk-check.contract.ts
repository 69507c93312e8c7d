/**
 * What every RiskCheck must do, as a suite: called once for each check, with limits so narrow that random histories meet them.
 * Contract: core/risk.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RiskCheck, type RiskState, Side } from '../../core/index.js';
import { histories, RiskWorld, type Step } from '../reference/risk-world.js';

export interface RiskCheckSuite {
  /** Whether there is anything that it refuses. */
  readonly refuses: boolean;
  /** Whether it lets pass whatever can only reduce a position (unless open orders turn the same position round). */
  readonly letsReduce: boolean;
}

const ATTEMPT = /this (order|change) to (buy|sell) [1-9]\d* lots of (X|Y) at (market|\d+(\.\d+)?)\b/;

function played(checks: readonly RiskCheck[], overall: readonly RiskCheck[], steps: readonly Step[]): RiskWorld {
  const world = new RiskWorld([checks, checks], overall);
  for (const step of steps) world.take(step);
  return world;
}

const order = {
  what: 'submit',
  instrument: 0,
  side: Side.buy,
  qtyLots: 4,
  priceTicks: 100,
  reduceOnly: false,
} as const;
const letIn = (strategy: number): Step[] => [
  { what: 'arrive', strategy, refuse: false },
  { what: 'fill', pick: 0, qtyLots: 4 },
  { what: 'wait', ns: 1000 },
];
/** Both strategies buy. */
const OPENING: readonly Step[] = [0, 1].flatMap((strategy) => [{ ...order, strategy }, ...letIn(strategy)]);
/** The price falls; they try to buy more than anybody allows, then to close, with what may reduce only and with what may not. */
const COLLAPSE: readonly Step[] = [
  { what: 'wait', ns: 1000 },
  { what: 'quote', instrument: 0, bidTicks: 50, spreadTicks: 1 },
  ...[0, 1].flatMap((strategy): Step[] => [
    { ...order, strategy, qtyLots: 1000 },
    { ...order, strategy, side: Side.sell, reduceOnly: true },
    { ...order, strategy, side: Side.sell, qtyLots: 1 },
  ]),
];

/** What came of it, in words. */
const story = ({ refusals, told }: RiskWorld) => ({ refusals, told });

export function riskCheckContract(name: string, make: () => RiskCheck, suite: RiskCheckSuite): void {
  describe(`${name} keeps the contract of a risk check`, () => {
    it('answers with nothing, or with a text that names the limit, its value and the attempt', () => {
      let refusals = 0;
      fc.assert(
        fc.property(histories, (steps) => {
          for (const text of played([make()], [make()], steps).refusals) {
            refusals++;
            expect(text).toMatch(/^(all strategies: )?[a-z]+(-[a-z]+)*: \S/);
            expect(text).toMatch(ATTEMPT);
            expect(text.replace(ATTEMPT, ''), 'a value beside the attempt').toMatch(/: .*\d/);
          }
        }),
        { numRuns: 200, seed: 1 },
      );
      expect(refusals > 0).toBe(suite.refuses);
    });

    it('decides alike for the same history, also when one object serves two runs and several chains', () => {
      const check = make();
      fc.assert(
        fc.property(histories, (steps) => {
          const first = story(played([check], [check], steps));
          expect(story(played([check], [check], steps))).toEqual(first);
          expect(story(played([make()], [make()], steps))).toEqual(first);
        }),
      );
    });

    it('keeps strategies apart that have the same object for a check', () => {
      fc.assert(
        fc.property(histories, (steps) => {
          const check = make();
          expect(story(played([check], [], steps))).toEqual(story(separately(make, steps)));
        }),
      );
    });

    it('gives the same answer when it is asked twice, and nothing comes of asking', () => {
      fc.assert(
        fc.property(histories, (steps) => {
          const twice = askedTwice(make());
          expect(story(played([twice], [twice], steps))).toEqual(story(played([make()], [make()], steps)));
        }),
      );
    });

    it.runIf(suite.letsReduce)('lets pass whatever can only reduce a position', () => {
      let afterRefusals = 0;
      fc.assert(
        fc.property(histories, (steps) => {
          const reducing: string[] = [];
          let refused = false;
          const probe = (check: RiskCheck): RiskCheck => ({
            ...forwarded(check),
            check(state) {
              const text = check.check(state);
              if (state.reduces && !turnsRound(state)) {
                reducing.push(text);
                if (refused) afterRefusals++;
              }
              refused ||= text !== '';
              return text;
            },
            forRun: (run) => probe(check.forRun?.(run) ?? check),
          });
          played([probe(make())], [], [...OPENING, ...steps, ...COLLAPSE]);
          expect(reducing.filter((text) => text !== '')).toEqual([]);
        }),
        { numRuns: 200, seed: 1 },
      );
      expect(afterRefusals > 0, 'something reduced after something was refused').toBe(suite.refuses);
    });
  });
}

/** What is open on the side can bring the position beyond zero: a limit may be met by what reduces it first. */
function turnsRound(state: RiskState): boolean {
  const { side, instrument } = state;
  return side === Side.buy ? state.highestLots(instrument) > 0 : state.lowestLots(instrument) < 0;
}

function separately(make: () => RiskCheck, steps: readonly Step[]): RiskWorld {
  const world = new RiskWorld([[make()], [make()]]);
  for (const step of steps) world.take(step);
  return world;
}

/** The hooks of a check, those alone that it has. */
function forwarded(check: RiskCheck): RiskCheck {
  return {
    check: (state) => check.check(state),
    ...(check.sent === undefined ? {} : { sent: (state) => check.sent!(state) }),
    ...(check.refused === undefined ? {} : { refused: (state, text) => check.refused!(state, text) }),
    ...(check.looked === undefined ? {} : { looked: (scope) => check.looked!(scope) }),
    ...(check.lookNs === undefined ? {} : { lookNs: (nowNs) => check.lookNs!(nowNs) }),
  };
}

function askedTwice(check: RiskCheck): RiskCheck {
  return {
    ...forwarded(check),
    check(state) {
      const text = check.check(state);
      expect(check.check(state)).toBe(text);
      return text;
    },
    forRun: (run) => askedTwice(check.forRun?.(run) ?? check),
  };
}
