/**
 * The journey of one order as plain text: what was sent, seen at the venue and heard, with what was ahead of it in line. Knows nothing
 * of terminals. Called by the command line.
 */
import { SIDE_NAMES, Side } from '../core/market.js';
import { ORDER_TYPE_NAMES } from '../core/order.js';
import { formatEpoch, toEpoch } from '../core/time.js';
import { durationText, qtyText } from './figure-text.js';
import { type OrderStep, type OrderWay, orderWays, STEP_KINDS } from './order-ways.js';
import type { Recording } from './recording.js';
import { alignedLines, withoutControls } from './text-table.js';

const WORDS: Readonly<Record<string, string>> = {
  submitted: 'sent',
  cancelRequested: 'cancel sent',
  modifyRequested: 'change sent',
  cancelRejected: 'cancel came too late',
  modifyRejected: 'change refused',
  entered: 'meets the market',
  rested: 'in line',
};

interface Moment {
  readonly timeNs: number;
  readonly venue: boolean;
  readonly text: string;
}

/**
 * Several lines, the last one ended by a line feed. `recording` needs orders, fills, entries and places in line. Throws `RangeError`
 * for a number that no order has.
 */
export function formatJourney(recording: Recording, id: number): string {
  const [way] = orderWays(recording, [id]);
  if (way === undefined || way.steps.length === 0) {
    throw new RangeError(`order ${id}: the run has none of this number; order_id of orders.parquet lists them`);
  }
  const { originNs } = recording;
  const moments = [...way.steps.flatMap(momentsOf), ...movesUp(recording, way)].sort((a, b) => a.timeNs - b.timeNs);
  const rows = moments.map(({ timeNs, venue, text }) => [
    formatEpoch(toEpoch(originNs, timeNs)),
    timeNs === way.sentNs ? '0' : `+${durationText(timeNs - way.sentNs)}`,
    venue ? 'venue' : 'strategy',
    text,
  ]);
  const lines = [
    titleOf(recording, way),
    '',
    ...alignedLines([['time (UTC)', 'since sent', 'where', 'what'], ...rows], (column) => column === 1),
  ];
  const stood = way.steps.some(({ kind }) => STEP_KINDS[kind] === 'rested');
  if (stood && way.moments.length === 0) {
    lines.push('', 'Of so many orders a sample is followed in line, and this is not among them.');
  }
  return `${lines.map(withoutControls).join('\n')}\n`;
}

function titleOf({ strategies, instruments }: Recording, way: OrderWay): string {
  const side = SIDE_NAMES[way.buys ? Side.buy : Side.sell];
  const price = Number.isNaN(way.price) ? '' : ` at ${way.price}`;
  const what = `${side} ${qtyText(way.qty)} ${instruments[way.instrument]!.symbol}${price} (${ORDER_TYPE_NAMES[way.type]})`;
  return `order ${way.id} of ${strategies[way.strategy]}: ${what}; ${qtyText(way.filledQty)} filled; its end: ${way.end}`;
}

/** What happened at the venue, and when the strategy heard of it; requests only when they were sent. */
function momentsOf(step: OrderStep): Moment[] {
  const name = STEP_KINDS[step.kind]!;
  const word = WORDS[name] ?? name;
  const moments: Moment[] = [];
  const there = !Number.isNaN(step.venueNs);
  const full = [word, ...detailsOf(step, name)].join(', ');
  if (there) moments.push({ timeNs: step.venueNs, venue: true, text: full });
  if (!Number.isNaN(step.localNs)) {
    moments.push({ timeNs: step.localNs, venue: false, text: there ? `hears: ${word}` : full });
  }
  return moments;
}

function detailsOf({ price, qty, ahead }: OrderStep, name: string): string[] {
  const details: string[] = [];
  if (name === 'entered' || name === 'rested') {
    if (!Number.isNaN(price)) details.push(`mid ${price}`);
  } else if (name === 'filled' || name === 'submitted' || name.startsWith('modif')) {
    const at = Number.isNaN(price) ? '' : ` at ${price}`;
    if (!Number.isNaN(qty)) details.push(`${qtyText(qty)}${at}`);
  }
  if (!Number.isNaN(ahead)) details.push(aheadText(ahead));
  return details;
}

/** Places in line after the first, which is where it joined: that is a step. */
function movesUp({ trail }: Recording, { moments }: OrderWay): Moment[] {
  return moments.slice(1).map((row) => ({
    ...{ timeNs: trail.exchangeNs.at(row), venue: true },
    text: `moves up, ${aheadText(trail.aheadLots.at(row))}`,
  }));
}

function aheadText(lots: number): string {
  return `${qtyText(Number(lots.toPrecision(6)))} lots ahead`;
}
