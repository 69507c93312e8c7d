/**
 * Funding as feeds announce it, a rate and when it will next be paid → rows when it is paid, which shows in that time moving on:
 * then a row at the time that has passed, with the rate last heard before it came, seen when the change was.
 * Knows nothing of formats. Called by the importers.
 */
import { codeOf, Flag, Kind, Side } from '../../core/index.js';
import type { RowCollector } from './row-collector.js';

/** When and of what an announcement is, ns of the collector. */
interface Heard {
  readonly happened: number;
  readonly local: number;
  readonly instrument: number;
}

/** When funding is next paid and at what rate as last heard before that; `NaN`: not said. */
interface Announced {
  dueNs: number;
  rate: number;
}

/** Funding is due within hours, of some contracts within days. */
export const FARTHEST_FUNDING_NS = 31 * 86_400e9;

/** All instruments of a tape, which must have the `value` column. */
export class FundingSchedule {
  readonly #collector: RowCollector;
  readonly #announced: Announced[] = [];

  constructor(collector: RowCollector) {
    this.#collector = collector;
  }

  /** `dueNs`: ns of the collector; `rate`: a fraction, `NaN` where none was said. */
  announce(heard: Heard, dueNs: number, rate: number): void {
    this.#announced[heard.instrument] ??= { dueNs: Number.NaN, rate: Number.NaN };
    const state = this.#announced[heard.instrument]!;
    if (dueNs !== state.dueNs) {
      if (!Number.isNaN(state.dueNs)) this.#movedOn(heard, state, dueNs);
      state.dueNs = dueNs;
      state.rate = Number.NaN;
    }
    if (!Number.isNaN(rate) && heard.happened <= dueNs) state.rate = rate;
  }

  #movedOn(heard: Heard, { dueNs, rate }: Announced, nextNs: number): void {
    const { tally, rows } = this.#collector;
    if (nextNs < dueNs || Math.max(heard.happened, heard.local) < dueNs) {
      tally.count('funding-rescheduled', 'times of funding were changed before they came: nothing is paid at them');
    } else if (Number.isNaN(rate)) {
      tally.count('funding-unknown', 'funding was paid at a rate that the data do not have from before: left out');
    } else {
      // It stands after rows that were seen before it: that it happened before some of them is no disorder of the file.
      const code = codeOf(Kind.funding, Side.none);
      const row = rows.add(dueNs, Math.max(heard.local, dueNs), code, Flag.last, heard.instrument, 0, 0);
      rows.setValue(row, rate);
    }
  }
}
