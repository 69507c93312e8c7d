/**
 * How a run file names what orders meet in bars. Called by the venue's config.
 */
import { z } from 'zod';
import type { BarOptions } from '../../../execution/bar-market.js';
import {
  type BarPath,
  closeOnly,
  nearerExtremeFirst,
  openHighLowClose,
  openLowHighClose,
} from '../../../execution/bar-path.js';
import {
  almgrenImpact,
  constantBpsImpact,
  type ImpactModel,
  squareRootImpact,
  volumeShareImpact,
} from '../../../execution/impact.js';
import { duration, period } from '../../../strategies/parameter.js';

const PATHS: Readonly<Record<string, BarPath>> = {
  'open-high-low-close': openHighLowClose,
  'open-low-high-close': openLowHighClose,
  'nearer-extreme-first': nearerExtremeFirst,
  'close-only': closeOnly,
};

const atLeastZero = z.number({ error: 'a number ≥ 0' }).min(0);
const unknown = z.union([z.literal('refuse'), z.strictObject({ bps: atLeastZero })], {
  error: 'refuse, or { bps } to take where volume or volatility is not known',
});

export const impact = z.discriminatedUnion('model', [
  z.strictObject({ model: z.literal('bps'), bps: atLeastZero }),
  z.strictObject({ model: z.literal('volume-share'), maxShare: z.number().gt(0).max(1), impact: atLeastZero, unknown }),
  z.strictObject({ model: z.literal('square-root'), coefficient: atLeastZero, unknown }),
  z.strictObject({
    model: z.literal('almgren'),
    durationDays: z.number().gt(0),
    liquidityFactor: atLeastZero.optional(),
    unknown,
  }),
]);
export type ImpactConfig = z.output<typeof impact>;

export const bars = z.strictObject({
  path: z.enum(Object.keys(PATHS) as [string, ...string[]]).optional(),
  limit: z.enum(['touched', 'traded-through']).optional(),
  maxVolumeShare: z
    .union([z.number().gt(0).max(1), z.literal('unlimited')], { error: 'a fraction above 0 up to 1, or unlimited' })
    .optional(),
  /** How long a bar is. */
  length: period.optional(),
  openGrace: duration.optional(),
  impact: impact.optional(),
  statisticsBars: z.int().min(2).optional(),
});
export type BarsConfig = z.output<typeof bars>;

export function impactOf(config: ImpactConfig): ImpactModel {
  switch (config.model) {
    case 'bps':
      return constantBpsImpact(config);
    case 'volume-share':
      return volumeShareImpact(config);
    case 'square-root':
      return squareRootImpact(config);
    case 'almgren': {
      const { liquidityFactor, ...rest } = config;
      return almgrenImpact(liquidityFactor === undefined ? rest : { ...rest, liquidityFactor });
    }
  }
}

export function barsOf({
  path,
  limit,
  maxVolumeShare,
  length,
  openGrace,
  impact: named,
  statisticsBars,
}: BarsConfig): BarOptions {
  return {
    ...(path === undefined ? {} : { path: PATHS[path]! }),
    ...(limit === undefined ? {} : { limit }),
    ...(maxVolumeShare === undefined ? {} : { maxVolumeShare }),
    ...(length === undefined ? {} : { barNs: length }),
    ...(openGrace === undefined ? {} : { openGraceNs: openGrace }),
    ...(named === undefined ? {} : { impact: impactOf(named) }),
    ...(statisticsBars === undefined ? {} : { statisticsBars }),
  };
}
