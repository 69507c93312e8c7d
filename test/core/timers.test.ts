/** Named timers, through the schedule that fires them. */
import { describe, expect, it } from 'vitest';
import { Schedule } from '../../core/index.js';
import { Timers } from '../../core/timers.js';

/** Timers, and all that fired up to a time. */
function started(onFire: (name: string, timers: Timers, nowNs: number) => void = () => {}) {
  const schedule = new Schedule();
  const fired: string[] = [];
  const timers: Timers = new Timers(schedule, (name, nowNs) => {
    fired.push(`${name} ${nowNs}`);
    onFire(name, timers, nowNs);
  });
  const until = (timeNs: number) => {
    while (schedule.headNs <= timeNs) schedule.fireHead();
    return fired.splice(0);
  };
  return { timers, until };
}

describe('named timers', () => {
  it('fire every period, or once', () => {
    const { timers, until } = started();
    timers.set('beat', 5, 10);
    timers.set('once', 7, 0);
    expect(until(30)).toEqual(['beat 5', 'once 7', 'beat 15', 'beat 25']);
  });

  it('of one name are one timer: setting it again replaces it', () => {
    const { timers, until } = started();
    timers.set('beat', 5, 10);
    timers.set('beat', 7, 0);
    timers.set('once', 6, 0);
    timers.set('once', 9, 0);
    expect(until(40)).toEqual(['beat 7', 'once 9']);
  });

  it('end when cleared, also from within their own handler, and may be set again', () => {
    const { timers, until } = started((name, all, nowNs) => {
      if (name === 'beat' && nowNs === 10) all.clear('beat');
      if (name === 'once' && nowNs === 12) all.set('beat', 20, 3);
      if (name === 'beat' && nowNs === 23) all.set('beat', 30, 0);
    });
    timers.set('beat', 5, 5);
    timers.set('once', 12, 0);
    timers.clear('never set');
    expect(until(50)).toEqual(['beat 5', 'beat 10', 'once 12', 'beat 20', 'beat 23', 'beat 30']);
  });

  it('due together fire in the order in which they were set', () => {
    const { timers, until } = started();
    for (const name of ['c', 'a', 'b']) timers.set(name, 4, 0);
    expect(until(4)).toEqual(['c 4', 'a 4', 'b 4']);
  });
});
