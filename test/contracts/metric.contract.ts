/**
 * What every Metric must do, as a suite: called once for each. It says what it is, computes a number or none for every kind of run,
 * and changes nothing. Contract: analytics/metrics/metric.ts.
 */
import { describe, expect, it } from 'vitest';
import { type MeasuredRun, type Metric, RunMeasurements } from '../../analytics/index.js';
import { Recorder } from '../../analytics/recorder.js';
import { SECOND } from '../../core/time.js';
import { dozenFills } from '../analytics/dozen-fills.js';
import { fourFills, HandMadeRun, settledRun } from '../analytics/hand-made-run.js';

const UNITS = ['money', 'fraction', 'ratio', 'bps', 'ns', 'lots', 'count', '1/s'];
const GROUPS = ['returns', 'risk', 'benchmark', 'trades', 'execution', 'profit', 'exposure'];

function measured(run: HandMadeRun): MeasuredRun {
  return { recording: run.recorder.recording, accounts: run.accounts, startNs: 0, endNs: 60 * SECOND };
}

/** Nothing happened; one sample; a strategy that sent nothing; a position without a price; flows; a dozen fills. */
function runs(): MeasuredRun[] {
  const empty = new HandMadeRun({ names: ['a'] });
  const one = new HandMadeRun({ names: ['a'] });
  one.sample(0, true);
  const open = new HandMadeRun({ names: ['a'] }, new Recorder());
  open.fill(open.order(1, 100, 10), SECOND, 100, 10, true, 0);
  open.sample(2 * SECOND, true);
  return [empty, one, open, fourFills(), settledRun(), dozenFills()].map(measured);
}

export function metricContract({ name, label, group, unit, formula, assumptions, source, compute }: Metric): void {
  describe(`${name} keeps the contract of a metric`, () => {
    it('says what it is, in lines without control characters', () => {
      expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
      expect(UNITS).toContain(unit);
      expect(GROUPS).toContain(group);
      for (const text of [label, formula, assumptions, source]) expect(text).toMatch(/^\P{Cc}{2,}$/u);
    });

    it('gives a number or none for every strategy of every kind of run, the same when asked again', () => {
      for (const run of runs()) {
        const one = new RunMeasurements(run);
        const other = new RunMeasurements(run);
        for (const strategy of run.recording.strategies.keys()) {
          const value = compute(one.of(strategy));
          expect(typeof value).toBe('number');
          expect(compute(one.of(strategy))).toBe(value);
          expect(compute(other.of(strategy))).toBe(value);
        }
      }
    });
  });
}
