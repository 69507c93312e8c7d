/**
 * How a run file names a delay: a duration, or a distribution. Knows nothing of what is delayed. Called by the configs of
 * latency, feeds and computing time.
 */
import { z } from 'zod';
import {
  burstyDelay,
  constantDelay,
  type Delay,
  empiricalDelay,
  logNormalDelay,
  type ShapedDelay,
  uniformDelay,
} from '../../../core/delay.js';
import { DAY } from '../../../core/time.js';
import { duration, period } from '../../../strategies/parameter.js';

/** A time since midnight UTC. */
export const timeOfDay = duration.refine((nanos) => nanos < DAY, { error: 'a time of day, from 0 to below 24h' });

const shapes = [
  /** Every length between the two alike. */
  z.strictObject({ model: z.literal('uniform'), from: duration, to: duration }),
  /** Half of them shorter than the median; none shorter than the floor. */
  z.strictObject({
    model: z.literal('log-normal'),
    median: period,
    sigma: z.number({ error: 'a number from 0 to 3' }).min(0).max(3),
    floor: duration.default(0),
  }),
  /** Drawn from these. */
  z.strictObject({ model: z.literal('empirical'), values: z.array(duration).min(1) }),
] as const;
const shaped = z.discriminatedUnion('model', shapes);

const bursty = z
  .strictObject({
    model: z.literal('bursty'),
    delay: shaped,
    /** Correlation of one message with the one before. One of the two. */
    rho: z.number({ error: 'a number from 0 to below 1' }).min(0).lt(1).optional(),
    /** Or the time after which half of it is gone. */
    halfLife: period.optional(),
  })
  .refine(({ rho, halfLife }) => (rho === undefined) !== (halfLife === undefined), {
    error: 'rho or halfLife, one of them',
  });

/** A duration, or `{ model: uniform | log-normal | empirical | bursty, … }`. */
export const delay = z.union([duration, z.discriminatedUnion('model', [...shapes, bursty])], {
  error: 'a duration such as 10ms, or { model: uniform | log-normal | empirical | bursty, … }',
});
export type DelayConfig = z.output<typeof delay>;

export function delayOf(config: DelayConfig): Delay {
  if (typeof config === 'number') return constantDelay(config);
  if (config.model !== 'bursty') return shapedOf(config);
  const { rho, halfLife } = config;
  return burstyDelay({
    delay: shapedOf(config.delay),
    ...(rho === undefined ? {} : { rho }),
    ...(halfLife === undefined ? {} : { halfLifeNs: halfLife }),
  });
}

function shapedOf(config: z.output<typeof shaped>): ShapedDelay {
  switch (config.model) {
    case 'uniform':
      return uniformDelay({ fromNs: config.from, toNs: config.to });
    case 'log-normal':
      return logNormalDelay({ medianNs: config.median, sigma: config.sigma, floorNs: config.floor });
    case 'empirical':
      return empiricalDelay(config.values);
  }
}
