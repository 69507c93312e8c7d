/** `--stress`: what is changed, what is not, and what is refused. */
import { describe, expect, test } from 'vitest';
import { runSchema } from '../../bridges/run-file/schema.js';
import { stressedRuns } from '../../bridges/run-file/stress.js';

const config = (venue: object) =>
  runSchema.parse({
    tape: 'a.parquet',
    strategies: [{ use: 'noop' }],
    venue: {
      latency: { entry: '10ms', response: '4ms' },
      queue: { model: 'log' },
      fees: { maker: -0.0001, taker: 0.0004 },
      ...venue,
    },
  });
const under = (change: string, venue: object = {}) => stressedRuns(config(venue), [change])[0]!.config.venue!;

describe('a stressed run', () => {
  test('has each change by itself, then all of them, and nothing else changed', () => {
    const runs = stressedRuns(config({}), ['latency=2x,fees=1.5x', 'queue=back']);
    expect(runs.map(({ change }) => change)).toEqual([
      ...['latency=2x', 'fees=1.5x', 'queue=back'],
      'latency=2x,fees=1.5x,queue=back',
    ]);
    const { venue, ...rest } = runs[0]!.config;
    const { venue: before, ...same } = config({});
    expect(rest).toEqual(same);
    expect(venue).toEqual({ ...before, latency: { entry: 20e6, response: 8e6 } });
    expect(runs[3]!.config.venue).toMatchObject({ latency: { entry: 20e6 }, queue: { model: 'back' } });
  });

  test('has one change only once', () => {
    expect(stressedRuns(config({}), ['latency=2x'])).toHaveLength(1);
    expect(stressedRuns(config({}), [])).toEqual([]);
  });

  test('changes every venue', () => {
    const { venue, ...rest } = config({});
    const venues = ['a', 'b'].map((name) => ({ ...venue!, name, instruments: ['*'] }));
    const [run] = stressedRuns({ ...rest, venues } as never, ['queue=front']);
    expect(run!.config.venues!.map(({ queue }) => queue)).toEqual([{ model: 'front' }, { model: 'front' }]);
  });

  test('scales every form of delay', () => {
    const entry = {
      submit: { model: 'bursty', rho: 0.5, delay: { model: 'log-normal', median: '2ms', sigma: 1, floor: '1ms' } },
      modify: { model: 'uniform', from: '1ms', to: '3ms' },
      cancel: { model: 'empirical', values: ['1ms', '5ms'] },
    };
    expect(under('latency=3x', { latency: { entry, response: 0 } }).latency).toEqual({
      entry: {
        submit: { model: 'bursty', rho: 0.5, delay: { model: 'log-normal', median: 6e6, sigma: 1, floor: 3e6 } },
        modify: { model: 'uniform', from: 3e6, to: 9e6 },
        cancel: { model: 'empirical', values: [3e6, 15e6] },
      },
      response: 0,
    });
    expect(under('latency=2x', { latency: { feed: { entry: 1, response: 2 } } }).latency).toMatchObject({
      feed: { entry: 2, response: 4, every: 1e9 },
    });
  });

  test('multiplies fees and divides rebates, in every form', () => {
    expect(under('fees=2x').fees).toEqual({ maker: -0.00005, taker: 0.0008 });
    const sum = [
      { perQuantity: { maker: -1, taker: 3 } },
      { flat: 0.5 },
      { tax: { sell: 0.01 } },
      { tiers: [{ from: 0, maker: 0.001, taker: 0.002 }], window: '1h' },
    ];
    const within = { per: 'order', minimum: 1, maximumRate: 0.01 };
    expect(under('fees=2x', { fees: { sum, within } }).fees).toEqual({
      sum: [
        { perQuantity: { maker: -0.5, taker: 6 } },
        { flat: 1 },
        { tax: { sell: 0.02 } },
        { tiers: [{ from: 0, maker: 0.002, taker: 0.004 }], window: 3.6e12, initialVolume: 0 },
      ],
      within: { per: 'order', minimum: 2, maximumRate: 0.02 },
    });
  });

  test.each([
    ['latency=2', 'no factor'],
    ['latency=0x', 'no factor'],
    ['fees=-1x', 'no factor'],
    ['queue=powr', '"powr" is no queue model'],
    ['queue=power', 'needs exponent'],
    ['spread=2x', 'write one or several of'],
    ['', 'write one or several of'],
  ])('is refused where it says %j', (change, message) => {
    expect(() => stressedRuns(config({}), [change])).toThrow(message);
  });

  test('is refused where it cannot be: a recorded table, a rate above the value', () => {
    expect(() => under('latency=2x', { latency: { table: 'latency.csv' } })).toThrow('is a recorded table');
    expect(() => under('fees=500x', { fees: { maker: 0, taker: 0.01 } })).toThrow('more than the value');
  });
});
