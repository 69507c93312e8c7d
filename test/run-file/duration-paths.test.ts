/** Which numbers of a resolved configuration are nanoseconds. */
import { describe, expect, test } from 'vitest';
import { exactDurationText } from '../../analytics/figure-text.js';
import { durationPaths } from '../../bridges/run-file/duration-paths.js';
import { parseDuration } from '../../core/time.js';

describe('lengths of time in a configuration', () => {
  const isDuration = durationPaths();

  test.each([
    ...['venue.latency.entry', 'venue.latency.entry.median', 'venue.latency.entry.floor', 'venues.1.latency.response'],
    ...['record.sample', 'tape.0.feedLatency', 'tape.0.clockOffset', 'strategies.0.computeTime.from'],
    ...['strategies.3.deadlines.decide', 'venue.latency.entry.values.2', 'venue.latency.entry.halfLife'],
  ])('%s is one', (path) => {
    expect(isDuration(path)).toBe(true);
  });

  test.each([
    ...[
      'seed',
      'venue.latency.entry.sigma',
      'venue.queue.exponent',
      'venue.fees.maker',
      'strategies.0.params.interval',
    ],
    ...['venue.latency', 'venue', 'rates.EUR', 'no.such.place', 'constructor', 'strategies.x.computeTime', ''],
  ])('%s is none', (path) => {
    expect(isDuration(path)).toBe(false);
  });

  test('are written so that run files read the same', () => {
    const lengths = [0, 1, 999, 1000, 1500, 1_234_567, 20e6, 20_000_001, 1.5e9, 90e9, 100e9, 86_400e9, 86_400e9 + 1];
    for (const nanos of lengths) expect(parseDuration(exactDurationText(nanos)), exactDurationText(nanos)).toBe(nanos);
    expect([20e6, -250e3, 86_400e9].map(exactDurationText)).toEqual(['20ms', '-250us', '24h']);
  });
});
