/**
 * The list of round trips. Knows nothing of how lists work. Called by the page's main script.
 */
import { lengthText, momentText, moneyText, numberText } from './figures.js';
import { List } from './list.js';
import { page, unpack } from './page-block.js';

const trips = page.trips;
const columns = {
  strategy: unpack(trips.strategy),
  instrument: unpack(trips.instrument),
  long: unpack(trips.long),
  open: unpack(trips.open),
  close: unpack(trips.close),
  qty: unpack(trips.qty),
  profit: unpack(trips.profit),
  fees: unpack(trips.fees),
  worst: unpack(trips.worst),
  best: unpack(trips.best),
};

export function showTrades(place: HTMLElement, strategy: number): void {
  const rows = columns.strategy.flatMap((each, row) => (each === strategy ? [row] : []));
  const held = (row: number) => columns.close[row]! - columns.open[row]!;
  const symbol = (row: number) => page.symbols[columns.instrument[row]!]!;
  const side = (row: number) => (columns.long[row] === 1 ? '▲ long' : '▼ short');
  const money = (name: 'profit' | 'fees' | 'worst' | 'best', title: string, tip: string) => ({
    ...{ title, tip, form: 'number' as const },
    key: (row: number) => columns[name][row]!,
    text: (row: number) => moneyText(columns[name][row]),
  });
  new List(place, {
    ...{ noun: 'round trips', rows, sortedBy: 0, descending: false },
    columns: [
      {
        ...{ title: 'opened, UTC', tip: 'When the strategy learnt of the fill that opened it.', form: 'word' },
        key: (row) => columns.open[row]!,
        text: (row) => momentText(columns.open[row]! + page.originMs),
      },
      { title: 'instrument', tip: 'Symbol.', form: 'choice', key: symbol, text: symbol },
      { title: 'side', tip: 'Side of the fill that opened it.', form: 'choice', key: side, text: side },
      {
        ...{ title: 'quantity', tip: 'Largest position of the trip.', form: 'number' },
        key: (row) => columns.qty[row]!,
        text: (row) => numberText(columns.qty[row]),
      },
      {
        ...{ title: 'held', tip: 'Time from opening to closing; filters are in ms.', form: 'number' },
        key: held,
        text: (row) => lengthText(held(row)),
      },
      {
        ...money('profit', 'profit', 'Money in − money out − fees + flows, in the currency of the instrument.'),
        tone: (row) => (columns.profit[row]! < 0 ? 'loss' : columns.profit[row]! > 0 ? 'gain' : ''),
      },
      money('fees', 'fees', 'Fees of its fills; negative: rebates.'),
      money('worst', 'worst', 'Lowest profit on the way, at fills and samples (maximum adverse excursion).'),
      money('best', 'best', 'Highest profit on the way, at fills and samples (maximum favourable excursion).'),
    ],
  });
}
