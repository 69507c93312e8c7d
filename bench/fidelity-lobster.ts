/**
 * A LOBSTER day as order events, with the levels that its orderbook file shows: what comes in sight and goes out of it.
 * Knows nothing of queue models. Called by the fidelity bench.
 *
 * A file of few levels says nothing of orders while they are deeper than that. So a level that leaves the file's levels is
 * hidden (its orders end there), and one that comes back is revealed with the quantity that the orderbook file has, of orders
 * not known one by one. What is between is exact: every quantity is that of the exchange.
 */
import { readLines } from '../bridges/import/input-file.js';
import { LobsterMessageReader, LobsterType } from '../bridges/import/lobster-message.js';
import { Side } from '../core/market.js';
import type { QueueFidelity } from '../execution/queue-fidelity.js';

/** Prices are ticks of 0.0001, quantities shares, times ns after midnight. */
export interface LobsterDay {
  readonly messages: number;
  /** Plays what happened before `untilNs`; orders that join from `fromNs` on are judged. */
  play(fidelity: QueueFidelity, fromNs: number, untilNs: number): void;
}

/** Beyond LOBSTER's own types: a level comes in sight, or goes out of it. */
const REVEAL = 8;
const HIDE = 9;
const NO_LEVEL = 9_999_999_999;

class Events {
  readonly timeNs: number[] = [];
  readonly type: number[] = [];
  readonly id: number[] = [];
  readonly side: Side[] = [];
  readonly tick: number[] = [];
  readonly lots: number[] = [];

  add(timeNs: number, type: number, id: number, side: Side, tick: number, lots: number): void {
    this.timeNs.push(timeNs);
    this.type.push(type);
    this.id.push(id);
    this.side.push(side);
    this.tick.push(tick);
    this.lots.push(lots);
  }
}

type Levels = ReadonlyMap<number, number>;

/** Reads both files; line n of the orderbook is the book after message n. */
export async function readLobsterDay(messages: string, orderbook: string): Promise<LobsterDay> {
  const books: Buffer[] = [];
  await readLines(orderbook, (bytes, start, end) => books.push(Buffer.from(bytes.subarray(start, end))));
  const events = new Events();
  const reader = new LobsterMessageReader();
  let line = 0;
  let shown = new Map<Side, Levels>();
  await readLines(messages, (bytes, start, end) => {
    const { seconds, nanos, type, orderId, size, price, buy } = reader.read(bytes, start, end);
    const book = books[line++];
    if (book === undefined) throw new RangeError(`${orderbook} has fewer lines than ${messages}`);
    const timeNs = seconds * 1e9 + nanos;
    const side = buy ? Side.buy : Side.sell;
    const visible = type >= LobsterType.add && type <= LobsterType.execute;
    const now = levelsOf(book);
    if (line === 1) {
      const change = !visible ? 0 : type === LobsterType.add ? -size : size;
      shown = before(now, side, price, change);
      for (const [each, levels] of shown)
        for (const [tick, lots] of levels) events.add(timeNs, REVEAL, 0, each, tick, lots);
    }
    if (visible) events.add(timeNs, type, orderId, side, price, size);
    for (const each of [Side.buy, Side.sell] as const) {
      // The message itself makes or empties a level; whatever else comes or goes does so at the edge of what is shown.
      const own = visible && each === side ? price : Number.NaN;
      const were = shown.get(each)!;
      const are = now.get(each)!;
      for (const tick of were.keys()) if (!are.has(tick) && tick !== own) events.add(timeNs, HIDE, 0, each, tick, 0);
      for (const [tick, lots] of are) {
        if (!were.has(tick) && tick !== own) events.add(timeNs, REVEAL, 0, each, tick, lots);
      }
    }
    shown = now;
  });
  return { messages: line, play: (fidelity, fromNs, untilNs) => play(events, fidelity, fromNs, untilNs) };
}

/** The levels before the first message, which changed one of them by −`change`. */
function before(levels: ReadonlyMap<Side, Levels>, side: Side, tick: number, change: number): Map<Side, Levels> {
  const own = new Map(levels.get(side));
  const lots = (own.get(tick) ?? 0) + change;
  if (lots > 0) own.set(tick, lots);
  else own.delete(tick);
  return new Map(levels).set(side, own);
}

function levelsOf(book: Buffer): Map<Side, Levels> {
  const fields = book.toString('latin1').split(',').map(Number);
  const bids = new Map<number, number>();
  const asks = new Map<number, number>();
  for (let at = 0; at < fields.length; at += 4) {
    if (Math.abs(fields[at]!) !== NO_LEVEL) asks.set(fields[at]!, fields[at + 1]!);
    if (Math.abs(fields[at + 2]!) !== NO_LEVEL) bids.set(fields[at + 2]!, fields[at + 3]!);
  }
  return new Map([
    [Side.buy, bids],
    [Side.sell, asks],
  ]);
}

function play(events: Events, fidelity: QueueFidelity, fromNs: number, untilNs: number): void {
  const { timeNs, type, id, side, tick, lots } = events;
  for (let at = 0; at < type.length && timeNs[at]! < untilNs; at++) {
    const [time, order, which, price, size] = [timeNs[at]!, id[at]!, side[at]!, tick[at]!, lots[at]!];
    switch (type[at]) {
      case LobsterType.add:
        fidelity.judging = time >= fromNs;
        fidelity.add(time, order, which, price, size);
        break;
      case LobsterType.cancel:
      case LobsterType.remove:
        fidelity.cancel(time, order, which, price, size);
        break;
      case LobsterType.execute:
        fidelity.execute(time, order, which, price, size);
        break;
      case REVEAL:
        fidelity.reveal(which, price, size);
        break;
      default:
        fidelity.hide(which, price);
    }
  }
  fidelity.finish();
}
