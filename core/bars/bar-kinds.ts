/**
 * The builder for a rule, and the checks of what was asked for. Knows nothing of rows. Called by whoever makes bars.
 */
import type { BarBuilder, BarBuilderSetup } from './bar-builder.js';
import type { BarShape } from './bar-options.js';
import type { BarRule } from './bar-rule.js';
import { CountedBars, SumRule } from './counted-bars.js';
import { ImbalanceRule, RunRule } from './imbalance-rule.js';
import { RenkoBars } from './renko-bars.js';
import { sessionSpans } from './session-spans.js';
import { TimeBars } from './time-bars.js';

/** Throws `RangeError` naming the option, its value and what is allowed. */
export function barBuilder(rule: BarRule, shape: BarShape, setup: Omit<BarBuilderSetup, 'sessions'>): BarBuilder {
  checkShape(rule, shape);
  const { sessions } = shape;
  const spans = typeof sessions === 'string' ? sessionSpans(sessions, setup.originNs) : sessions;
  const parts: BarBuilderSetup = { ...setup, sessions: spans };
  switch (rule.by) {
    case 'time':
      return new TimeBars(parts, rule.everyNs, shape.empty ?? 'none');
    case 'renko':
      return new RenkoBars(parts, rule.size);
    case 'imbalance':
    case 'runs': {
      const { of, expectedTicks } = rule;
      const { signs = 'tick-rule', span = 20, expectedTicksWithin: within = [1, Infinity] } = shape;
      const options = { of, expectedTicks, signs, span, within };
      return new CountedBars(parts, rule.by === 'runs' ? new RunRule(options) : new ImbalanceRule(options));
    }
    default:
      return new CountedBars(parts, new SumRule(rule.by, rule.size));
  }
}

function checkShape({ by }: BarRule, { from, empty, signs, span, expectedTicksWithin }: BarShape): void {
  const signed = by === 'imbalance' || by === 'runs';
  const refuse = (option: string, value: unknown, allowed: string) => {
    throw new RangeError(`bars by ${by}: ${option} ${JSON.stringify(value)}: ${allowed}`);
  };
  if (from !== undefined && from !== 'trades' && from !== 'mid') refuse('from', from, 'trades or mid');
  if (from === 'mid' && by !== 'time' && by !== 'ticks' && by !== 'renko') {
    refuse('from', from, 'mids have no quantity; time, ticks and renko can be made of them');
  }
  if (empty !== undefined && empty !== 'none' && empty !== 'flat') refuse('empty', empty, 'none or flat');
  if (empty !== undefined && by !== 'time') refuse('empty', empty, 'only of time bars');
  if (signs !== undefined && signs !== 'tick-rule' && signs !== 'aggressor') {
    refuse('signs', signs, 'tick-rule or aggressor');
  }
  if (signs !== undefined && !signed) refuse('signs', signs, 'only of imbalance and run bars');
  if (span !== undefined && !signed) refuse('span', span, 'only of imbalance and run bars');
  if (span !== undefined && !(span >= 1 && span < Infinity)) refuse('span', span, 'a number of bars, at least 1');
  if (expectedTicksWithin === undefined) return;
  const [least, most] = expectedTicksWithin;
  if (!signed) refuse('expectedTicksWithin', expectedTicksWithin, 'only of imbalance and run bars');
  if (!(least >= 1 && most >= least)) refuse('expectedTicksWithin', expectedTicksWithin, '[least ≥ 1, most ≥ least]');
}
