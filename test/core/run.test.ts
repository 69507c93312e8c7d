/** How a run begins, ends and calls those who take part. */
import { describe, expect, it } from 'vitest';
import { type Observer, Simulation, type Strategy, type StrategyContext } from '../../core/index.js';
import { constantLatency, HFTBACKTEST_RULES, idleVenue, simulatedVenue } from '../../execution/index.js';
import { FEED_NS, quietTape, runOf, STEP_NS } from './run-samples.js';

const LAST_NS = 59 * STEP_NS + FEED_NS;

describe('a simulation', () => {
  it('runs once', () => {
    const simulation = new Simulation({ tapes: [quietTape(5)], strategies: [], venue: idleVenue });
    simulation.run();
    expect(() => simulation.run()).toThrow('this simulation has run; make a new one to run again');
  });

  it('needs a tape', () => {
    expect(() => new Simulation({ tapes: [], strategies: [], venue: idleVenue })).toThrow('at least one tape');
  });

  it('refuses two strategies of one name, instruments that are not there, and a bad sampling time', () => {
    const make = (strategies: { name: string; strategy: Strategy; instruments?: string[] }[], sampleNs = 1) =>
      new Simulation({ tapes: [quietTape(5)], strategies, venue: idleVenue, sampleNs });
    const strategy = {};
    expect(() =>
      make([
        { name: 'a', strategy },
        { name: 'a', strategy },
      ]),
    ).toThrow('two strategies are named "a"');
    expect(() => make([{ name: 'a', strategy, instruments: ['Y'] }])).toThrow(
      'strategy "a": instrument "Y" is not on the tape, which has X',
    );
    for (const bad of [-1, Number.NaN]) expect(() => make([], bad)).toThrow(`sampleNs ${bad}`);
  });

  it('refuses a seed that is no whole number', () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => runOf([], [], { seed })).toThrow(`seed ${seed}`);
  });

  it('of a tape without rows calls onStart and onStop', () => {
    const heard: string[] = [];
    const strategy: Strategy = {
      onStart: (context) => {
        heard.push('start');
        context.every('beat', 1);
      },
      onTimer: () => heard.push('timer'),
      onStop: () => heard.push('stop'),
    };
    const result = runOf([strategy], [], { tapes: [quietTape(0)] });
    expect(heard).toEqual(['start', 'stop']);
    expect([result.rows, result.startNs, result.endNs]).toEqual([0, 0, 0]);
  });
});

describe('the end of a run', () => {
  it('comes when the tape is over: timers alone do not keep it going', () => {
    const times: number[] = [];
    const strategy: Strategy = {
      onStart: (context) => context.every('beat', 1000, context.nowNs),
      onTimer: (_name, context) => times.push(context.nowNs),
    };
    const result = runOf([strategy]);
    expect(times).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
    expect(result.endNs).toBe(LAST_NS);
  });

  it('waits for requests and answers on their way, and timers fire meanwhile', () => {
    const heard: string[] = [];
    const strategy: Strategy = {
      onTrade(trade, context) {
        if (trade.localNs === LAST_NS) context.at('then', context.nowNs + 7);
        if (trade.localNs === LAST_NS) context.buy(trade.instrument, 1);
      },
      onTimer: (name, context) => heard.push(`${name} ${context.nowNs - LAST_NS}`),
      onFill: (_fill, context) => heard.push(`fill ${context.nowNs - LAST_NS}`),
      onStop: (context) => heard.push(`stop ${context.nowNs - LAST_NS}`),
    };
    runOf([strategy]);
    // Entry and response take 5 ns each.
    expect(heard).toEqual(['then 7', 'fill 10', 'stop 10']);
  });

  it('tells orders sent from onStop nothing: they go nowhere', () => {
    let answers = 0;
    const strategy: Strategy = {
      onStop(context) {
        expect(context.buy(context.instruments[0]!, 1).status).toBe(0);
      },
      onOrderEvent: () => answers++,
    };
    expect(runOf([strategy]).orderEvents).toBe(1);
    expect(answers).toBe(0);
  });
});

describe('those who take part', () => {
  it('are called in order: started, observers, strategies as listed; finished last', () => {
    const heard: string[] = [];
    const observer = (name: string): Observer => ({
      onStart: (run) => heard.push(`${name} start ${run.strategies.join('+')}`),
      onOrderEvent: () => heard.push(`${name} order`),
      onLog: (_nowNs, strategy, message) => heard.push(`${name} log ${strategy} ${message}`),
      onMetric: (_nowNs, strategy, metric, value) => heard.push(`${name} metric ${strategy} ${metric}=${value}`),
      onStop: () => heard.push(`${name} stop`),
    });
    const strategy = (name: string): Strategy => ({
      onStart: (context) => {
        heard.push(`${name} start`);
        context.log('hello');
      },
      onTrade: (trade, context) => {
        if (trade.localNs > 300) return;
        heard.push(`${name} trade`);
        if (name === 'B') context.buy(trade.instrument, 1);
      },
      onOrderEvent: () => heard.push(`${name} order`),
      onFill: (_fill, context) => {
        heard.push(`${name} fill ${context.positionLots(context.instruments[0]!)}`);
        context.metric('m', 2);
      },
      onStop: () => heard.push(`${name} stop`),
    });
    const simulation = new Simulation({
      tapes: [quietTape(60)],
      strategies: ['A', 'B'].map((name) => ({ name, strategy: strategy(name) })),
      venue: runVenue(),
      observers: [observer('1'), observer('2')],
    });
    simulation.events.on('started', () => heard.push('started'));
    simulation.events.on('finished', (result) => heard.push(`finished ${result.fills}`));
    simulation.run();
    expect(heard).toEqual([
      ...['started', '1 start A+B', '2 start A+B'],
      ...['A start', '1 log 0 hello', '2 log 0 hello', 'B start', '1 log 1 hello', '2 log 1 hello'],
      ...['A trade', 'B trade', '1 order', '2 order'],
      ...['1 order', '2 order', 'B order', 'B fill 1', '1 metric 1 m=2', '2 metric 1 m=2'],
      ...['A stop', 'B stop', '1 stop', '2 stop', 'finished 1'],
    ]);
  });

  it('hear only of the instruments they asked for', () => {
    const heard: string[] = [];
    const strategy: Strategy = {
      onBook: (book) => heard.push(book.instrument.symbol),
      onStart: (context) => {
        expect(context.instruments.map(({ symbol }) => symbol)).toEqual(['Y']);
        expect(() => context.instrument('X')).toThrow('instrument "X" is not among this strategy\'s: Y');
      },
    };
    const [x, y] = [quietTape(20), quietTape(20)];
    const other = {
      info: { ...y.info, instruments: [{ ...y.info.instruments[0]!, symbol: 'Y' }] },
      open: y.open.bind(y),
    };
    new Simulation({
      tapes: [x, other],
      strategies: [{ name: 'a', strategy, instruments: ['Y'] }],
      venue: idleVenue,
    }).run();
    expect(new Set(heard)).toEqual(new Set(['Y']));
    expect(heard.length).toBeGreaterThan(5);
  });

  it('are sampled at the first moment and then every sampleNs, with accounts marked at the local mid', () => {
    const samples: number[][] = [];
    let run: Parameters<NonNullable<Observer['onStart']>>[0] | undefined;
    const observer: Observer = {
      onStart: (outline) => {
        run = outline;
      },
      onSample: (nowNs) => samples.push([nowNs, run!.accounts[0]!.unrealisedOf(0)]),
    };
    const strategy: Strategy = {
      onStart: (context: StrategyContext) => context.at('buy', 1000),
      onTimer: (_name, context) => void context.buy(context.instruments[0]!, 100),
    };
    const venue = simulatedVenue({
      ...HFTBACKTEST_RULES,
      latency: constantLatency({ entryNs: 5, responseNs: 5 }),
    });
    runOf([strategy], [observer], { sampleNs: 2000, venue });
    // 1 unit bought at 10.2 and valued at the mid of 10.0 and 10.2.
    expect(samples.map(([nowNs]) => nowNs)).toEqual([0, 2000, 4000]);
    expect(samples[0]![1]).toBe(0);
    expect(samples[1]![1]).toBeCloseTo(-0.1, 12);
  });
});

function runVenue() {
  return simulatedVenue({ latency: constantLatency({ entryNs: 5, responseNs: 5 }) });
}
