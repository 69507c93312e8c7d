/**
 * What every Gateway must do, as a suite: called once for each model. Contract: execution/gateway.ts.
 */
import { describe, expect, it } from 'vitest';
import { RandomSource } from '../../core/index.js';
import { type Gateway, Message, type ModelRun } from '../../execution/index.js';

const RUN: ModelRun = { instruments: [], random: new RandomSource(3), streamPrefix: 'venue' };
const KINDS = [Message.submit, Message.modify, Message.cancel] as const;

/** Requests of all kinds, in bunches and alone, and how long after its arrival each was refused: −1 = it got in. */
function outcomes(gateway: Gateway, seed = 7): number[] {
  const own = gateway.forRun?.(RUN) ?? gateway;
  const random = new RandomSource(seed).stream('gateway');
  let [sentNs, arrivalNs] = [0, 0];
  return Array.from({ length: 3_000 }, (_, request) => {
    sentNs += request % 20 === 0 ? 5_000_000 : (request * 37) % 1_000;
    arrivalNs = Math.max(arrivalNs, sentNs + ((request * 101) % 40_000));
    const kind = KINDS[request % 3]!;
    if (own.admits(kind, sentNs, arrivalNs, random)) return -1;
    return own.refusalNs?.(kind, sentNs, arrivalNs) ?? 0;
  });
}

export function gatewayContract(name: string, make: () => Gateway): void {
  describe(`${name} keeps the contract of a gateway`, () => {
    it('lets in or refuses, and a refusal is heard whole nanoseconds later, no sooner than promised', () => {
      const gateway = make();
      const { leastRefusalNs = 0 } = gateway;
      expect(leastRefusalNs >= 0 && leastRefusalNs < Infinity).toBe(true);
      expect(gateway.refusalNs === undefined, 'both or neither').toBe(gateway.leastRefusalNs === undefined);
      const wrong = outcomes(gateway).filter((delay) => delay !== -1 && !(delay >= leastRefusalNs));
      expect(wrong).toEqual([]);
      expect(outcomes(gateway).every(Number.isSafeInteger)).toBe(true);
    });

    it('answers true or false', () => {
      const random = new RandomSource(1).stream('gateway');
      expect(typeof make().admits(Message.submit, 0, 0, random)).toBe('boolean');
    });

    it('decides alike for the same requests and seed, whatever it was used for before', () => {
      const gateway = make();
      const found = outcomes(gateway);
      expect(outcomes(make())).toEqual(found);
      outcomes(gateway, 8);
      expect(outcomes(gateway)).toEqual(found);
    });
  });
}
