/**
 * What a strategy's profit is the sum of. Knows nothing of the page. Called by the report.
 */
import { Side } from '../../core/market.js';
import type { Recording } from '../recording.js';
import type { StrategySummary } from '../summary.js';

/** Money in the account's currency; the parts sum to the profit. */
export interface ProfitPart {
  readonly name: string;
  readonly amount: number;
  readonly definition: string;
}

/**
 * Prices better or worse than the venue's mid, and holding positions while it moves, where that mid was recorded and all money is
 * in one currency; else trading as a whole. Then fees and flows, where there are any. Empty where the profit is not known.
 */
export function profitParts(recording: Recording, summary: StrategySummary, strategy: number): ProfitPart[] {
  const { unrealised, realised, fees, flows } = summary;
  if (unrealised === null) return [];
  const gross = realised + unrealised;
  const capture = captureOf(recording, strategy);
  const trading: ProfitPart[] =
    capture === undefined
      ? [{ name: 'trading', amount: gross, definition: 'Realised and unrealised profit before fees.' }]
      : [
          {
            name: 'spread',
            amount: capture,
            definition:
              'Σ signed quantity × (mid of the venue’s book at the fill − price): what fills were better (+) or worse (−) than the mid.',
          },
          {
            name: 'positions',
            amount: gross - capture,
            definition: 'Realised + unrealised − spread: what the mid’s moves brought while positions were held.',
          },
        ];
  const rest: ProfitPart[] = [
    { name: fees > 0 ? 'fees' : 'rebates', amount: -fees, definition: 'Fees paid (−), or rebates received (+).' },
    { name: 'flows', amount: flows.total, definition: 'Funding, borrowing, interest, dividends, cash of splits.' },
  ];
  return [...trading, ...rest.filter(({ amount }) => amount !== 0)];
}

/** Σ s q (mid − price). `undefined` where a mid is missing, a position was closed by the venue, or currencies differ. */
function captureOf(recording: Recording, strategy: number): number | undefined {
  const { fills, instruments, currency } = recording;
  if (instruments.some(({ settle }) => settle !== instruments[0]!.settle)) return undefined;
  if (currency !== '' && instruments[0]!.settle !== currency) return undefined;
  let money = 0;
  let count = 0;
  for (let row = 0; row < fills.localNs.length; row++) {
    if (fills.strategy.at(row) !== strategy) continue;
    const mid = (fills.venueBidTicks.at(row) + fills.venueAskTicks.at(row)) / 2;
    if (Number.isNaN(mid)) return undefined;
    const lots = fills.qtyLots.at(row);
    const signed = fills.side.at(row) === Side.buy ? lots : -lots;
    money += instruments[fills.instrument.at(row)]!.profit(signed, fills.priceTicks.at(row), mid);
    count++;
  }
  return count === 0 ? undefined : money;
}
