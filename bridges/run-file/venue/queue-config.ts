/**
 * How a run file names a queue position model. Called by the venue's config.
 */
import { z } from 'zod';
import { FITTED_QUEUE_PARAMETERS, fittedQueue } from '../../../execution/fitted-queue.js';
import { levelOneQueue } from '../../../execution/level-one-queue.js';
import { orderQueue } from '../../../execution/order-queue.js';
import { proRataQueue, sizeWeightedQueue, topOrderProRataQueue } from '../../../execution/pro-rata-queue.js';
import {
  logBackQueue,
  logQueue,
  powerBackQueue,
  powerFrontQueue,
  powerQueue,
  type QueuePositionModel,
  riskAverseQueue,
} from '../../../execution/queue-position.js';
import { backQueue, frontQueue, touchQueue } from '../../../execution/touch-queue.js';

const exponent = z.number({ error: 'a number above 0' }).gt(0);
const lots = z.int({ error: 'a whole number above 0' }).min(1);
/** Whether cancels alone can bring the quantity ahead below 0, as in hftbacktest (false). */
const clampAtZero = z.boolean().default(false);
const remainder = z.enum(['time', 'largest']).default('time');
const finite = z.number({ error: 'a number' });

/** Models of a line in which orders stand one behind the other. */
const lines = [
  z.strictObject({ model: z.literal('risk-averse') }),
  z.strictObject({ model: z.literal('power'), exponent, clampAtZero }),
  z.strictObject({ model: z.literal('power-back'), exponent, clampAtZero }),
  z.strictObject({ model: z.literal('power-front'), exponent, clampAtZero }),
  z.strictObject({ model: z.literal('log'), clampAtZero }),
  z.strictObject({ model: z.literal('log-back'), clampAtZero }),
  /** As `tickwright calibrate` fits it; what is left out is as built in. */
  z.strictObject({
    model: z.literal('fitted'),
    matched: finite.default(FITTED_QUEUE_PARAMETERS.matched),
    usual: finite.default(FITTED_QUEUE_PARAMETERS.usual),
    usualLots: z.int({ error: 'a whole number ≥ 0' }).min(0).default(FITTED_QUEUE_PARAMETERS.usualLots),
    age: finite.default(FITTED_QUEUE_PARAMETERS.age),
    habit: finite.default(FITTED_QUEUE_PARAMETERS.habit),
    unmatched: finite.default(FITTED_QUEUE_PARAMETERS.unmatched),
    certainty: z
      .number({ error: 'a number from 0.01 to 0.99' })
      .min(0.01)
      .max(0.99)
      .default(FITTED_QUEUE_PARAMETERS.certainty),
  }),
  /** A trade at the price reaches us with this probability. */
  z.strictObject({ model: z.literal('touch'), probability: z.number({ error: 'a number from 0 to 1' }).min(0).max(1) }),
  z.strictObject({ model: z.literal('front') }),
  z.strictObject({ model: z.literal('back') }),
] as const;

/** Models by which every trade is shared out among all orders at its price. */
const shares = [
  z.strictObject({ model: z.literal('pro-rata'), remainder, minimumLots: lots.default(1) }),
  z.strictObject({
    model: z.literal('top-order-pro-rata'),
    remainder,
    minimumLots: lots.default(1),
    topShare: z.number({ error: 'a fraction above 0, up to 1' }).gt(0).max(1).default(1),
    topMaxLots: lots.optional(),
  }),
  z.strictObject({
    model: z.literal('size-weighted'),
    exponent: z.number({ error: 'a number above 0, up to 10' }).gt(0).max(10),
    typicalLots: z.number({ error: 'a number above 0' }).gt(0),
  }),
] as const;

/** How a resting order moves up its queue. */
export const queue = z.discriminatedUnion('model', [
  ...lines,
  ...shares,
  /** Exact, of order by order data; `otherwise` for instruments without. */
  z.strictObject({ model: z.literal('orders'), otherwise: z.discriminatedUnion('model', lines).optional() }),
  /** Best quotes without depth; `at` once the price is quoted. */
  z.strictObject({
    model: z.literal('level-one'),
    at: z.discriminatedUnion('model', [...lines, ...shares]).default({ model: 'risk-averse' }),
  }),
]);
export type QueueConfig = z.output<typeof queue>;

export function queueOf(config: QueueConfig): QueuePositionModel {
  switch (config.model) {
    case 'risk-averse':
      return riskAverseQueue();
    case 'power':
      return powerQueue(config.exponent, config);
    case 'power-back':
      return powerBackQueue(config.exponent, config);
    case 'power-front':
      return powerFrontQueue(config.exponent, config);
    case 'log':
      return logQueue(config);
    case 'log-back':
      return logBackQueue(config);
    case 'fitted':
      return fittedQueue(config);
    case 'touch':
      return touchQueue(config);
    case 'front':
      return frontQueue();
    case 'back':
      return backQueue();
    case 'pro-rata':
      return proRataQueue(config);
    case 'top-order-pro-rata': {
      const { topMaxLots, ...rest } = config;
      return topOrderProRataQueue(topMaxLots === undefined ? rest : { ...rest, topMaxLots });
    }
    case 'size-weighted':
      return sizeWeightedQueue(config);
    case 'orders':
      return orderQueue(config.otherwise === undefined ? {} : { otherwise: queueOf(config.otherwise) });
    case 'level-one':
      return levelOneQueue(queueOf(config.at));
  }
}
