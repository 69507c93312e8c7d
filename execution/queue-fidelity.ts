/**
 * Measures queue models against real orders: every order of order-by-order data is taken as if it were ours, each model
 * foretells from the level-2 view alone what becomes of it, and the data knows.
 * Knows nothing of files, nor which models there are. Called by the fit, `bench fidelity` and `tickwright calibrate`.
 *
 * What a model is told of a shadowed order X that rests with others at its level:
 * - X joins: join, with the lots of the others at that moment.
 * - Another joins, or is cancelled in part or whole: levelChanged, the lots of the others before and after.
 * - Another is executed: traded, then levelChanged, as feeds have it (a trade, then the smaller level).
 * - X is executed: traded, then levelChanged from the lots of the others to the very same: the level without X did not
 *   change. (Without X the trade would have taken others; no data can say what had followed, so nothing is made up.)
 * - X is partly cancelled: the shadow shrinks likewise, and the model is told nothing, as it is not of our own requests.
 * A shadow ends with X (executed or cancelled to the last lot), when its level goes out of the data's sight, or at the end.
 *
 * What is true: orders at a price fill in the order in which they joined. Where an order is executed with others still ahead
 * of it, the data contradicts itself (it did not say that they left); such orders are not judged, but counted.
 */
import type { Instrument } from '../core/instrument.js';
import { Side } from '../core/market.js';
import type { Nanos } from '../core/time.js';
import type { FidelityTally } from './fidelity-tally.js';
import { type LearningModel, QueueContender } from './queue-contender.js';
import type { QueuePositionModel } from './queue-position.js';

/** A price level of one side. */
interface Level {
  lots: number;
  /** Of those, lots of orders that are not known one by one; they joined before all that are. */
  unseenLots: number;
  /** Orders that rest, first in line first. */
  readonly queue: number[];
}

const NONE = -1;

/** Rows of one instrument go in, in the order of exchange time; tallies fill as orders end. */
export class QueueFidelity {
  /** Whether orders that join from now on are judged; others are only part of the queue. */
  judging = true;
  /** Orders executed before others that were ahead of them. */
  outOfTurn = 0;
  /** Cancels and executions of orders that were not there, or of more than was left. */
  unknown = 0;
  /** Judged orders that ended because their level went out of sight. */
  outOfSight = 0;
  readonly #instrument: Instrument;
  readonly #contenders: QueueContender[] = [];
  readonly #levels = new Map<number, Level>();
  readonly #shadowOf = new Map<number, number>();
  readonly #free: number[] = [];
  /** By shadow. */
  readonly #id: number[] = [];
  readonly #side: Side[] = [];
  readonly #tick: number[] = [];
  readonly #leavesLots: number[] = [];
  readonly #aheadLots: number[] = [];
  readonly #filledLots: number[] = [];
  readonly #filledNs: number[] = [];
  readonly #judged: boolean[] = [];

  constructor(instrument: Instrument) {
    this.#instrument = instrument;
  }

  /** Before the first row: adds a model, which must be no other's; its tally. */
  judge(name: string, model: QueuePositionModel | LearningModel): FidelityTally {
    const contender = new QueueContender(name, model, this.#instrument);
    this.#contenders.push(contender);
    return contender.tally;
  }

  /** An order joins the end of the line; one of the same id that rests is cancelled first. */
  add(timeNs: Nanos, id: number, side: Side, tick: number, lots: number): void {
    if (this.#shadowOf.has(id)) this.cancel(timeNs, id, side, tick, Number.POSITIVE_INFINITY);
    const level = this.#levelAt(side, tick);
    const before = level.lots;
    level.lots = before + lots;
    for (const shadow of level.queue) this.#levelChanged(shadow, before, level.lots);
    const shadow = this.#free.pop() ?? this.#id.length;
    this.#shadowOf.set(id, shadow);
    level.queue.push(shadow);
    this.#id[shadow] = id;
    this.#side[shadow] = side;
    this.#tick[shadow] = tick;
    this.#leavesLots[shadow] = lots;
    this.#aheadLots[shadow] = before;
    this.#filledLots[shadow] = 0;
    this.#filledNs[shadow] = Number.NaN;
    this.#judged[shadow] = this.judging;
    if (this.judging) for (const contender of this.#contenders) contender.join(shadow, side, tick, lots, before);
  }

  /** `lots` of an order are cancelled, or what is left of it if that is less. */
  cancel(timeNs: Nanos, id: number, side: Side, tick: number, lots: number): void {
    this.#decrease(timeNs, id, side, tick, lots, false);
  }

  /** `lots` of an order are executed, or what is left of it if that is less. */
  execute(timeNs: Nanos, id: number, side: Side, tick: number, lots: number): void {
    this.#decrease(timeNs, id, side, tick, lots, true);
  }

  /** An order now has this price and quantity. Less at the same price keeps its place. */
  modify(timeNs: Nanos, id: number, side: Side, tick: number, lots: number): void {
    const shadow = this.#shadowOf.get(id);
    const left = shadow === undefined ? 0 : this.#leavesLots[shadow]!;
    if (shadow !== undefined && this.#tick[shadow] === tick && lots > 0 && lots <= left) {
      if (lots < left) this.cancel(timeNs, id, side, tick, left - lots);
      return;
    }
    if (shadow !== undefined) this.cancel(timeNs, id, side, tick, Number.POSITIVE_INFINITY);
    if (lots > 0) this.add(timeNs, id, side, tick, lots);
  }

  /** A level comes in sight with this much, of orders that are not known one by one. */
  reveal(side: Side, tick: number, lots: number): void {
    this.#levels.set(keyOf(side, tick), { lots, unseenLots: lots, queue: [] });
  }

  /** From now on nothing is said of a level. */
  hide(side: Side, tick: number): void {
    const level = this.#levels.get(keyOf(side, tick));
    if (level === undefined) return;
    for (const shadow of level.queue) {
      if (this.#judged[shadow]) this.outOfSight++;
      this.#end(shadow);
    }
    this.#levels.delete(keyOf(side, tick));
  }

  /** After the last row: what still rests ends here. */
  finish(): void {
    for (const level of this.#levels.values()) for (const shadow of level.queue) this.#end(shadow);
    this.#levels.clear();
  }

  #levelAt(side: Side, tick: number): Level {
    const key = keyOf(side, tick);
    let level = this.#levels.get(key);
    if (level === undefined) {
      level = { lots: 0, unseenLots: 0, queue: [] };
      this.#levels.set(key, level);
    }
    return level;
  }

  #decrease(timeNs: Nanos, id: number, side: Side, tick: number, wanted: number, executed: boolean): void {
    const order = this.#shadowOf.get(id) ?? NONE;
    const key = order === NONE ? keyOf(side, tick) : keyOf(this.#side[order]!, this.#tick[order]!);
    const level = this.#levels.get(key);
    const there = level === undefined ? 0 : order === NONE ? level.unseenLots : this.#leavesLots[order]!;
    if (wanted > there && wanted !== Number.POSITIVE_INFINITY) this.unknown++;
    if (level === undefined || there === 0) return;
    const lots = Math.min(wanted, there);
    const before = level.lots;
    level.lots = before - lots;
    if (order === NONE) level.unseenLots -= lots;
    else this.#leavesLots[order]! -= lots;
    const place = order === NONE ? NONE : level.queue.indexOf(order);
    for (let at = 0; at < level.queue.length; at++) {
      const shadow = level.queue[at]!;
      if (at > place) this.#aheadLots[shadow]! -= lots;
      if (!this.#judged[shadow]) continue;
      if (at !== place) {
        if (executed) for (const contender of this.#contenders) contender.traded(shadow, lots, timeNs);
        else for (const contender of this.#contenders) contender.learn(shadow, at < place);
        this.#levelChanged(shadow, before, level.lots);
      } else if (executed) this.#executed(timeNs, shadow, lots, level.lots - this.#leavesLots[shadow]!);
      else for (const contender of this.#contenders) contender.shrink(shadow, lots);
    }
    if (order !== NONE && this.#leavesLots[order] === 0) {
      level.queue.splice(place, 1);
      this.#end(order);
    }
    if (level.lots === 0) this.#levels.delete(key);
  }

  /** The shadow's own order is executed, `others` being what the level holds without it. */
  #executed(timeNs: Nanos, shadow: number, lots: number, others: number): void {
    if (this.#aheadLots[shadow]! > 0) {
      this.outOfTurn++;
      this.#judged[shadow] = false;
      for (const contender of this.#contenders) contender.drop(shadow);
      return;
    }
    if (this.#filledLots[shadow] === 0) this.#filledNs[shadow] = timeNs;
    this.#filledLots[shadow]! += lots;
    for (const contender of this.#contenders) {
      contender.traded(shadow, lots, timeNs);
      contender.levelChanged(shadow, others, others);
    }
  }

  /** The level went from `before` to `after` lots, the shadow's own order, which is as before, among them. */
  #levelChanged(shadow: number, before: number, after: number): void {
    if (!this.#judged[shadow]) return;
    const own = this.#leavesLots[shadow]!;
    for (const contender of this.#contenders) {
      contender.levelChanged(shadow, before - own, after - own);
      contender.compare(shadow, this.#aheadLots[shadow]!);
    }
  }

  #end(shadow: number): void {
    this.#shadowOf.delete(this.#id[shadow]!);
    this.#free.push(shadow);
    if (!this.#judged[shadow]) return;
    for (const contender of this.#contenders) {
      contender.end(shadow, this.#filledLots[shadow]!, this.#filledNs[shadow]!);
    }
  }
}

function keyOf(side: Side, tick: number): number {
  return tick * 2 + (side === Side.sell ? 1 : 0);
}
