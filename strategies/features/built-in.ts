/**
 * The features that come with the package. Knows nothing of what is in them. Called by the feature set and by whoever prints
 * a table of them.
 */
import { imbalance } from './depth-imbalance.js';
import type { FeatureDefinition } from './feature.js';
import { midReturn, volatility } from './mid-returns.js';
import { orderFlowImbalance } from './order-flow-imbalance.js';
import { bookAge, inventory, timeOfDay } from './present.js';
import { queueAheadAsk, queueAheadBid } from './queue-ahead.js';
import { ask, askQty, bid, bidQty, microprice, mid, spread } from './top-of-book.js';
import { signedVolume, trades, volume, vwap } from './trade-flow.js';

export const BUILT_IN_FEATURES: readonly FeatureDefinition[] = [
  ...[mid, bid, ask, spread, microprice, bidQty, askQty],
  ...[imbalance, orderFlowImbalance, signedVolume, volume, trades, vwap, midReturn, volatility],
  ...[queueAheadBid, queueAheadAsk, inventory, timeOfDay, bookAge],
];
