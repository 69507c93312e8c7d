/**
 * What a strategy's profit is the sum of. Knows nothing of the page. Called by the report.
 */
import type { StrategySummary } from '../summary.js';

/** Money in the account's currency; the parts sum to the profit. */
export interface ProfitPart {
  readonly name: string;
  readonly amount: number;
  readonly definition: string;
}

/**
 * Prices better or worse than the mid, and holding positions while it moves, as the metrics have them; of folders without metrics
 * trading as a whole. Then fees and flows, where there are any. Empty where the profit is not known.
 */
export function profitParts({ unrealised, realised, fees, flows, metrics }: StrategySummary): ProfitPart[] {
  if (unrealised === null) return [];
  const { spreadCapture: spread, inventoryProfit: held } = metrics;
  const trading: ProfitPart[] =
    spread == null || held == null
      ? [{ name: 'trading', amount: realised + unrealised, definition: 'Realised and unrealised profit before fees.' }]
      : [
          {
            name: 'spread',
            amount: spread,
            definition:
              'Σ signed quantity × (mid at the fill − price): how much better (+) or worse (−) than the mid fills were.',
          },
          {
            name: 'positions',
            amount: held,
            definition: 'Σ position × change of the mid from trade to trade: what holding positions brought.',
          },
        ];
  const rest: ProfitPart[] = [
    { name: fees > 0 ? 'fees' : 'rebates', amount: -fees, definition: 'Fees paid (−), or rebates received (+).' },
    { name: 'flows', amount: flows.total, definition: 'Funding, borrowing, interest, dividends, cash of splits.' },
  ];
  return [...trading, ...rest.filter(({ amount }) => amount !== 0)];
}
