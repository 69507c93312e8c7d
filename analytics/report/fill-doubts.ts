/**
 * What in a run's configuration makes its fills better than a market would give. Knows nothing of the page.
 * Called by the verdict.
 */

/** Model of the queue, as a run file names it, and what is known of it. */
const ESTIMATED =
  'Queue positions are estimates: the data has no single orders, so who stands ahead is what the model supposes.';
const QUEUES: Readonly<Record<string, string>> = {
  front: 'Orders stand at the front of the queue at once: fills are an upper bound.',
  touch: 'Trades at the price reach the order by chance, whatever stands before it.',
  'pro-rata': 'Trades are shared among all orders at the price in proportion to size.',
  'size-weighted': 'Trades are shared among all orders at the price by a weight of their size.',
  'top-order-pro-rata': 'Trades are shared among all orders at the price, the first one served before.',
};

/** Queue models by the names of venues, as far as the configuration is that of a run file. */
export function queueModels(config: unknown): string[] {
  const models = venuesOf(config).map((venue) => textAt(venue, 'queue', 'model'));
  return [...new Set(models.filter((model) => model !== undefined))];
}

/** Sentences; none for a configuration that is not that of a run file. */
export function fillDoubts(config: unknown): string[] {
  const doubts: string[] = [];
  for (const venue of venuesOf(config)) {
    const queue = textAt(venue, 'queue', 'model');
    if (queue !== undefined && QUEUES[queue] !== undefined) doubts.push(QUEUES[queue]);
    else if (queue !== undefined && queue !== 'orders' && queue !== 'back') doubts.push(ESTIMATED);
    const latency = fieldOf(venue, 'latency');
    if (fieldOf(latency, 'entry') === 0) doubts.push('Orders reach the venue in no time.');
    if (textAt(venue, 'like') === 'hftbacktest' || textAt(venue, 'consumption') === 'unlimited') {
      doubts.push('What an order takes from the book stays there for the next one.');
    }
    if (textAt(venue, 'like') === 'hftbacktest' || textAt(venue, 'matching') === 'whole') {
      doubts.push('Orders fill whole, whatever quantity traded.');
    }
  }
  return [...new Set(doubts)];
}

function venuesOf(config: unknown): unknown[] {
  const venue = fieldOf(config, 'venue');
  const venues = fieldOf(config, 'venues');
  return Array.isArray(venues) ? venues : venue === undefined ? [] : [venue];
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function textAt(value: unknown, ...keys: string[]): string | undefined {
  const found = keys.reduce(fieldOf, value);
  return typeof found === 'string' ? found : undefined;
}
