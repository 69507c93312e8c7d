/**
 * A clean synthetic market as plain events, and defects put into it at random places, each with what must be found of it.
 * Called by the tests of the check and of repairs.
 */
import { QUALITY_FIGURES, type QualityFindings, TapeCheck } from '../../../analytics/index.js';
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_SIDE_SHIFT,
  type Columns,
  codeOf,
  Flag,
  Kind,
  MemoryTape,
  type RandomStream,
  Side,
  Status,
  syntheticTape,
  TapeBuilder,
  type TapeSource,
} from '../../../core/index.js';
import { type PlainEvent, PlainTouch } from '../../reference/plain-quality.js';

export const GAP_NS = 300e9;
export const DEFECTS = [
  'crossed',
  'crossed-in-message',
  'locked',
  'duplicate',
  'duplicate-trade',
  'spike',
  'zero-size',
  'late',
  'halt',
  'gap',
] as const;
export type Defect = (typeof DEFECTS)[number];

export interface Planted {
  readonly events: readonly PlainEvent[];
  /** What must be left when every repair that leaves rows out was applied. */
  readonly repaired: readonly PlainEvent[];
  readonly crossed: readonly { fromNs: number; toNs: number }[];
  readonly locked: readonly { fromNs: number; toNs: number }[];
  readonly halted: readonly { fromNs: number; toNs: number }[];
  readonly spikes: readonly { timeNs: number; priceTicks: number }[];
  readonly counts: Readonly<Record<Defect, number>>;
  /** Rows of duplicated messages. */
  readonly duplicateRows: number;
  /** Streams of instruments that a gap cut: each has one gap. */
  readonly gaps: number;
}

const SPECS = syntheticTape({ seed: 1, rows: 100, instruments: 2 }).info;

/** Messages of a market of two instruments without defects: a feed without bursts, of some 1 ms. */
export function cleanMessages(seed: number, rows = 6000): PlainEvent[][] {
  const feedLatency = { medianNs: 1e6, jitter: 0.05, burstEveryNs: Number.POSITIVE_INFINITY };
  const tape = syntheticTape({ seed, rows, instruments: 2, feedLatency });
  const messages: PlainEvent[][] = [[]];
  for (const event of eventsOf(tape)) {
    messages.at(-1)!.push(event);
    if ((event.flags & Flag.last) !== 0) messages.push([]);
  }
  return messages.filter((message) => message.length > 0);
}

/** All events of a tape in exchange order. */
export function eventsOf(tape: TapeSource): PlainEvent[] {
  return rowsSeen(tape, CODE_EXCHANGE);
}

/** The rows that one side sees, in its order. */
export function rowsSeen(tape: TapeSource, seen: number): PlainEvent[] {
  const events: PlainEvent[] = [];
  const reader = tape.open(tape.info.originNs);
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    for (let row = 0; row < block.length; row++) if ((block.code[row]! & seen) !== 0) events.push(eventAt(block, row));
    reader.release(block);
  }
  reader.close();
  return events;
}

function eventAt(block: Columns, row: number): PlainEvent {
  const code = block.code[row]!;
  return {
    ...{ exchangeNs: block.exchangeNs[row]!, localNs: block.localNs[row]!, flags: block.flags[row]! },
    ...{ kind: code & CODE_KIND, side: (code >> CODE_SIDE_SHIFT) & 3, instrument: block.instrument[row]! },
    ...{ priceTicks: block.priceTicks[row]!, qtyLots: block.qtyLots[row]!, value: block.value?.[row] ?? 0 },
  };
}

/** A tape of events that were received in this order. */
export function tapeOf(events: readonly PlainEvent[], blockRows = 1000): MemoryTape {
  const builder = new TapeBuilder({ value: true });
  for (const { exchangeNs, localNs, kind, side, flags, instrument, priceTicks, qtyLots, value } of events) {
    const code = codeOf(kind as Kind, side as Side);
    const row = builder.add(exchangeNs, localNs, code, flags, instrument, priceTicks, qtyLots);
    builder.columns.value![row] = value;
  }
  const { instruments, originNs } = SPECS;
  return new MemoryTape(
    builder.build().columns,
    { instruments, originNs, provenance: {}, corrections: [] },
    { blockRows },
  );
}

export function checked(tape: TapeSource, options: ConstructorParameters<typeof TapeCheck>[1] = {}): QualityFindings {
  const check = new TapeCheck(tape.info, options);
  const reader = tape.open(tape.info.originNs);
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    check.take(block);
    reader.release(block);
  }
  reader.close();
  return check.finish();
}

/** All figures by name, those left out that a market without defects has as well. */
export function figuresOf(findings: QualityFindings): Record<string, number> {
  const all = QUALITY_FIGURES.map((figure) => [figure.name, figure.overall(findings)] as const);
  return Object.fromEntries(
    all.filter(([name, value]) => name !== 'drift' && name !== 'longest-gap' && !Number.isNaN(value)),
  );
}

/** Plants one defect of each kind named at a random place between two messages, far from each other. */
export function plant(messages: readonly PlainEvent[][], defects: readonly Defect[], random: RandomStream): Planted {
  const planter = new Planter(random);
  const step = Math.floor((messages.length - 400) / defects.length);
  const places = new Map(defects.map((defect, index) => [200 + index * step, defect]));
  for (const [at, message] of messages.entries()) {
    for (const place of places.keys()) {
      // From a random place on, the first one that suits.
      if (at < place + (place % Math.max(1, step >> 1)) || !planter.plant(places.get(place)!, message)) continue;
      places.delete(place);
      break;
    }
    planter.pass(message, messages[at + 1]?.[0]?.exchangeNs ?? Number.POSITIVE_INFINITY);
  }
  if (places.size > 0) throw new Error(`no place for ${[...places.values()].join(', ')}`);
  return planter.done();
}

class Planter {
  readonly #random: RandomStream;
  readonly #events: PlainEvent[] = [];
  readonly #repaired: PlainEvent[] = [];
  readonly #touch = [new PlainTouch(), new PlainTouch()];
  readonly #lastPrice = [0, 0];
  readonly #lastLocal = [0, 0];
  readonly #crossed: { fromNs: number; toNs: number }[] = [];
  readonly #locked: { fromNs: number; toNs: number }[] = [];
  readonly #halted: { fromNs: number; toNs: number }[] = [];
  readonly #spikes: { timeNs: number; priceTicks: number }[] = [];
  readonly #counts = Object.fromEntries(DEFECTS.map((defect) => [defect, 0])) as Record<Defect, number>;
  #duplicateRows = 0;
  #shiftNs = 0;
  /** What stands behind the message that is passed. */
  #wanted: Defect | undefined;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /** Whether the message suits: what a defect copies must be of its kind. */
  plant(defect: Defect, message: readonly PlainEvent[]): boolean {
    if (this.#wanted !== undefined) return false;
    if (defect === 'duplicate' && message.some(({ kind }) => kind !== Kind.depth)) return false;
    this.#wanted = defect;
    return true;
  }

  /** Takes a message of the clean market; behind it comes what is to be planted, if there is time before the next. */
  pass(message: readonly PlainEvent[], nextNs: number): void {
    const shifted = message.map((event) => this.#shifted(event));
    for (const event of shifted) {
      this.#touch[event.instrument]!.apply(event);
      this.#lastLocal[event.instrument] = event.localNs;
      if (event.kind === Kind.trade) this.#lastPrice[event.instrument] = event.priceTicks;
    }
    this.#push(shifted, shifted);
    const defect = this.#wanted;
    if (defect === undefined || (defect !== 'duplicate' && nextNs - message[0]!.exchangeNs < 1000)) return;
    this.#wanted = undefined;
    this.#counts[defect]++;
    this.#put(defect, shifted);
  }

  #shifted(event: PlainEvent): PlainEvent {
    return { ...event, exchangeNs: event.exchangeNs + this.#shiftNs, localNs: event.localNs + this.#shiftNs };
  }

  #push(planted: readonly PlainEvent[], repaired: readonly PlainEvent[]): void {
    this.#events.push(...planted);
    this.#repaired.push(...repaired);
  }

  #put(defect: Defect, message: readonly PlainEvent[]): void {
    const { instrument } = message[0]!;
    const touch = this.#touch[instrument]!;
    const now = message[0]!.exchangeNs;
    const at = (ns: number, change: Partial<PlainEvent>): PlainEvent => ({
      ...{ exchangeNs: now + ns, localNs: this.#lastLocal[instrument]!, instrument, flags: Flag.last, value: 0 },
      ...{ kind: Kind.trade, side: Side.buy, priceTicks: this.#lastPrice[instrument]!, qtyLots: 1 },
      ...change,
    });
    const bid = (ns: number, priceTicks: number, qtyLots: number) => at(ns, { kind: Kind.depth, priceTicks, qtyLots });
    switch (defect) {
      case 'crossed':
      case 'locked': {
        const price = touch.ask + (defect === 'crossed' ? 1 + Math.floor(this.#random.uniform() * 30) : 0);
        const gone = bid(700, price, 0);
        // A locked book is no error that a repair takes away.
        this.#push([bid(300, price, 7), gone], defect === 'crossed' ? [gone] : [bid(300, price, 7), gone]);
        (defect === 'crossed' ? this.#crossed : this.#locked).push({ fromNs: now + 300, toNs: now + 700 });
        break;
      }
      case 'crossed-in-message': {
        const far = { ...bid(300, touch.bid - 400, 3), flags: 0 };
        const gone = bid(700, touch.ask + 5, 0);
        this.#push([far, bid(300, touch.ask + 5, 7), gone], [{ ...far, flags: Flag.last }, gone]);
        this.#crossed.push({ fromNs: now + 300, toNs: now + 700 });
        break;
      }
      case 'duplicate':
        this.#push(message, []);
        this.#duplicateRows += message.length;
        break;
      case 'duplicate-trade':
        this.#push([at(300, {}), at(300, {})], [at(300, {})]);
        break;
      case 'spike': {
        const priceTicks = Math.round(this.#lastPrice[instrument]! * (this.#random.uniform() < 0.5 ? 1.02 : 0.98));
        this.#push([at(500, { priceTicks })], []);
        this.#spikes.push({ timeNs: now + 500, priceTicks });
        break;
      }
      case 'zero-size':
        this.#push([at(500, { qtyLots: 0 })], []);
        break;
      case 'late': {
        const late = at(500, { localNs: this.#lastLocal[instrument]! + 40e6 });
        this.#push([late], [late]);
        break;
      }
      case 'halt': {
        const status = (ns: number, value: number) =>
          at(ns, { kind: Kind.status, side: Side.none, priceTicks: 0, qtyLots: 0, value });
        const rows = [status(300, Status.halt), at(500, {}), status(700, Status.open)];
        this.#push(rows, rows);
        this.#halted.push({ fromNs: now + 300, toNs: now + 700 });
        break;
      }
      case 'gap':
        this.#shiftNs += GAP_NS;
        break;
    }
  }

  done(): Planted {
    return {
      ...{ events: this.#events, repaired: this.#repaired, crossed: this.#crossed, locked: this.#locked },
      ...{ halted: this.#halted, spikes: this.#spikes, counts: this.#counts, gaps: gapsOf(this.#events) },
      duplicateRows: this.#duplicateRows,
    };
  }
}

/** Streams, trades and books, that have rows on both sides of a gap. */
function gapsOf(events: readonly PlainEvent[]): number {
  return [0, 1].reduce((sum, instrument) => {
    const streams = [
      events.filter((event) => event.instrument === instrument && event.kind === Kind.trade),
      events.filter(
        (event) => event.instrument === instrument && event.kind <= Kind.depthClear && event.kind !== Kind.trade,
      ),
    ];
    const steps = streams.flatMap((stream) =>
      stream.slice(1).map((event, at) => event.exchangeNs - stream[at]!.exchangeNs),
    );
    return sum + steps.filter((step) => step >= GAP_NS).length;
  }, 0);
}
