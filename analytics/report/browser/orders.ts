/**
 * The list of orders, and the journey of the one that is chosen. Knows nothing of how lists work or journeys are drawn.
 * Called by the page's main script.
 */
import { lengthText, momentText, numberText } from './figures.js';
import { drawJourney, type InLine, type Step } from './journey.js';
import { List } from './list.js';
import { page, unpack } from './page-block.js';

const { orders } = page;
const columns = {
  id: unpack(orders.id),
  strategy: unpack(orders.strategy),
  instrument: unpack(orders.instrument),
  buys: unpack(orders.buys),
  type: unpack(orders.type),
  price: unpack(orders.price),
  qty: unpack(orders.qty),
  filled: unpack(orders.filled),
  sent: unpack(orders.sent),
  end: unpack(orders.end),
  wait: unpack(orders.wait),
  ahead: unpack(orders.ahead),
};
const steps = {
  kind: unpack(orders.steps.kind),
  local: unpack(orders.steps.local),
  venue: unpack(orders.steps.venue),
  price: unpack(orders.steps.price),
  qty: unpack(orders.steps.qty),
  ahead: unpack(orders.steps.ahead),
};
const trail = { time: unpack(orders.trail.time), ahead: unpack(orders.trail.ahead) };
/** Where the steps of each order begin, and its moments in line. */
const starts = startsOf(unpack(orders.count));
const firstMoments = startsOf(unpack(orders.moments));

function startsOf(counts: readonly (number | null)[]): number[] {
  const all = [0];
  for (const count of counts) all.push(all[all.length - 1]! + count!);
  return all;
}

function momentsOf(row: number): InLine[] {
  const all: InLine[] = [];
  for (let at = firstMoments[row]!; at < firstMoments[row + 1]!; at++) {
    all.push({ ms: trail.time[at]!, ahead: trail.ahead[at]! });
  }
  return all;
}

function stepsOf(row: number): Step[] {
  const all: Step[] = [];
  for (let at = starts[row]!; at < starts[row + 1]!; at++) {
    all.push({
      ...{ kind: orders.steps.kinds[steps.kind[at]!]!, localMs: steps.local[at]!, venueMs: steps.venue[at]! },
      ...{ price: steps.price[at]!, qty: steps.qty[at]!, ahead: steps.ahead[at]! },
    });
  }
  return all;
}

const symbol = (row: number) => page.symbols[columns.instrument[row]!]!;
const side = (row: number) => (columns.buys[row] === 1 ? '▲ buy' : '▼ sell');

function title(row: number): string {
  const price = columns.price[row] === null ? '' : ` at ${numberText(columns.price[row])}`;
  return `Order ${columns.id[row]}: ${orders.types[columns.type[row]!] ?? 'order'} to ${columns.buys[row] === 1 ? 'buy' : 'sell'} ${numberText(columns.qty[row])} ${symbol(row)}${price}, sent ${momentText(columns.sent[row]! + page.originMs)} UTC`;
}

/** Gives what chooses an order by its number; false where the list does not have it. */
export function showOrders(place: HTMLElement, journey: HTMLElement, strategy: number): (id: number) => boolean {
  const rows = columns.strategy.flatMap((each, row) => (each === strategy ? [row] : []));
  const number = (name: 'price' | 'qty' | 'filled' | 'ahead' | 'id', title: string, tip: string) => ({
    ...{ title, tip, form: 'number' as const },
    key: (row: number) => columns[name][row]!,
    text: (row: number) => numberText(columns[name][row]),
  });
  const end = (row: number) => orders.ends[columns.end[row]!]!;
  const list = new List(place, {
    ...{ noun: 'orders', rows, sortedBy: 0, descending: false },
    onPick: (row) => drawJourney(journey, title(row), columns.sent[row]!, stepsOf(row), momentsOf(row)),
    columns: [
      number('id', 'order', 'Number of the order within the run.'),
      {
        ...{ title: 'sent, UTC', tip: 'When the strategy sent it.', form: 'word' },
        key: (row) => columns.sent[row]!,
        text: (row) => momentText(columns.sent[row]! + page.originMs),
      },
      { title: 'instrument', tip: 'Symbol.', form: 'choice', key: symbol, text: symbol },
      { title: 'side', tip: 'Side.', form: 'choice', key: side, text: side },
      number('price', 'price', 'Its first price.'),
      number('qty', 'quantity', 'Its first quantity.'),
      number('filled', 'filled', 'What of it filled.'),
      number('ahead', 'lots ahead', 'Lots ahead in line when it came to rest, as the queue model has it.'),
      {
        ...{
          title: 'to first fill',
          tip: 'From sending to hearing of the first fill; filters are in ms.',
          form: 'number',
        },
        key: (row) => columns.wait[row]!,
        text: (row) => lengthText(columns.wait[row]),
      },
      { title: 'ended', tip: 'How it ended, and why.', form: 'choice', key: end, text: end },
    ],
  });
  // The one that shows most.
  const filledOnes = rows.filter((row) => columns.filled[row]! > 0);
  const first = filledOnes.find((row) => momentsOf(row).length > 4) ?? filledOnes[0] ?? rows[0];
  if (first === undefined) journey.replaceChildren();
  else list.pick(first);
  return (id) => {
    const row = columns.id.indexOf(id);
    return row >= 0 && list.pick(row);
  };
}
