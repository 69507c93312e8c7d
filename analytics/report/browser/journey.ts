/**
 * The journey of one order as a picture: above what the strategy did and heard, below what the venue saw, between them the
 * messages; and the same as a list of sentences. Knows nothing of other orders. Called by the list of orders.
 */
import { lengthText, numberText } from './figures.js';
import { draw, make } from './page-block.js';

/** Times in ms since the run's origin; `null` = not known, or not there. */
export interface Step {
  readonly kind: string;
  readonly localMs: number | null;
  readonly venueMs: number | null;
  readonly price: number | null;
  readonly qty: number | null;
  readonly ahead: number | null;
}

/** So many lots were ahead of it in line, from this moment at the venue on. */
export interface InLine {
  readonly ms: number;
  readonly ahead: number;
}

const WORDS: Readonly<Record<string, string>> = {
  submitted: 'sent',
  cancelRequested: 'cancel sent',
  modifyRequested: 'change sent',
  cancelRejected: 'cancel came too late',
  modifyRejected: 'change refused',
  entered: 'meets the market',
  rested: 'in line',
  'cut short': '… more steps, not shown',
};

/** A moment on one of the two lanes. */
interface Moment {
  readonly ms: number;
  readonly step: Step;
  readonly venue: boolean;
  x: number;
}

/** What ends a stay in line, at the venue. */
const ENDS = ['filled', 'cancelled', 'expired', 'modified'];

const LANES = { strategy: 34, venue: 118, bars: 212 };
const HEIGHT = 236;
const BAR = 52;

export function drawJourney(
  place: HTMLElement,
  title: string,
  sentMs: number,
  steps: readonly Step[],
  inLine: readonly InLine[],
): void {
  const moments: Moment[] = [];
  for (const step of steps) {
    if (step.venueMs !== null) moments.push({ ms: step.venueMs, step, venue: true, x: 0 });
    if (step.localMs !== null) moments.push({ ms: step.localMs, step, venue: false, x: 0 });
  }
  moments.sort((a, b) => a.ms - b.ms);
  const width = spreadOut(moments);
  const scroll = make('div', 'scroll');
  scroll.tabIndex = 0;
  scroll.setAttribute('aria-label', 'Journey of the order, from left to right');
  scroll.setAttribute('role', 'img');
  scroll.append(picture(moments, steps, inLine, width));
  const parts = [make('h3', '', title), scroll, sentences(moments, inLine, sentMs)];
  const stood = steps.some(({ kind, ahead }) => kind === 'rested' && ahead !== null);
  if (stood || inLine.length > 0) parts.splice(2, 0, make('p', 'muted hint', lineText(inLine)));
  place.replaceChildren(...parts);
}

/** What the line of lots ahead is. */
function lineText(inLine: readonly InLine[]): string {
  if (inLine.length === 0) {
    return 'Bars: lots ahead as the queue model has them. Of so many orders a sample is followed in line, and this is not among them.';
  }
  return 'Bars and line: lots ahead as the queue model has them, known when the order joined and each time a fifth less was ahead; between two of these they lay between them.';
}

/** Moments from left to right: apart by time, but short and long waits both visible. Returns the width of all. */
function spreadOut(moments: readonly Moment[]): number {
  let x = 76;
  for (const [index, moment] of moments.entries()) {
    if (index > 0) {
      const before = moments[index - 1]!;
      const gap = moment.ms - before.ms;
      if (gap > 0) x += 84 + 14 * Math.log10(1 + gap);
      else if (before.venue !== moment.venue) x += 30;
      else if (!isPlain(moment)) x += 84;
    }
    moment.x = x;
  }
  return x + 100;
}

/** The answer to what is shown beside it already: that an order was accepted, where it is seen in line. */
function isPlain({ step, venue }: Moment): boolean {
  return venue && step.kind === 'accepted';
}

function picture(
  moments: readonly Moment[],
  steps: readonly Step[],
  inLine: readonly InLine[],
  width: number,
): SVGSVGElement {
  const svg = draw('svg', { width, height: HEIGHT, class: 'journey' });
  const most = Math.max(0, ...steps.map(({ ahead }) => ahead ?? 0), ...inLine.map(({ ahead }) => ahead));
  for (const [name, y] of [
    ['strategy', LANES.strategy],
    ['venue', LANES.venue],
  ] as const) {
    svg.append(
      draw('line', { x1: 60, x2: width - 10, y1: y, y2: y, class: 'lane' }),
      draw('text', { x: 4, y: y + 4, class: 'lane-name' }, name),
    );
  }
  if (most > 0) svg.append(draw('text', { x: 4, y: LANES.bars - BAR / 2, class: 'lane-name' }, 'ahead'));
  if (most > 0 && inLine.length > 0) svg.append(draw('path', { d: stairs(moments, inLine, most), class: 'in-line' }));
  svg.append(...messages(moments));
  for (const [index, moment] of moments.entries()) {
    const { x, venue, step } = moment;
    const y = venue ? LANES.venue : LANES.strategy;
    const doubled = isPlain(moment) && index > 0 && moments[index - 1]!.x === x;
    if (!doubled)
      svg.append(dot(moment, y), draw('text', { x, y: venue ? y + 20 : y - 12, class: 'step' }, label(moment)));
    if (index > 0) {
      const before = moments[index - 1]!;
      const gap = moment.ms - before.ms;
      if (gap > 0) svg.append(draw('text', { x: (before.x + x) / 2, y: 80, class: 'gap' }, lengthText(gap)));
    }
    if (venue && step.ahead !== null && most > 0) {
      const high = Math.max(1, (BAR * Math.max(0, step.ahead)) / most);
      svg.append(
        draw('rect', { x: x - 12, y: LANES.bars - high, width: 24, height: high, class: 'ahead' }),
        draw('text', { x, y: LANES.bars + 14, class: 'gap' }, `${numberText(step.ahead)} lots`),
      );
    }
  }
  return svg;
}

/** The lots ahead as steps downwards, until the order fills or ends; it begins anew where it joins a line anew. */
function stairs(moments: readonly Moment[], inLine: readonly InLine[], most: number): string {
  const y = (ahead: number) => (LANES.bars - (BAR * Math.max(0, ahead)) / most).toFixed(1);
  const ends = moments.filter(({ venue, step }) => venue && ENDS.includes(step.kind));
  let path = '';
  for (const [i, { ms, ahead }] of inLine.entries()) {
    const joins = i === 0 || ahead > inLine[i - 1]!.ahead;
    path += joins ? `M${placeAt(moments, ms)} ${y(ahead)}` : `V${y(ahead)}`;
    const next = inLine[i + 1]?.ms ?? Number.POSITIVE_INFINITY;
    const end = ends.find((moment) => moment.ms >= ms && moment.ms <= next);
    if (end !== undefined) path += `H${end.x.toFixed(1)}${end.step.ahead === null ? '' : `V${y(end.step.ahead)}`}`;
    else if (next < Number.POSITIVE_INFINITY) path += `H${placeAt(moments, next)}`;
  }
  return path;
}

/** Where a time is from left to right: between two moments in proportion. */
function placeAt(moments: readonly Moment[], ms: number): string {
  let before = moments[0]!;
  for (const moment of moments) {
    if (moment.ms > ms) {
      const share = (ms - before.ms) / (moment.ms - before.ms || 1);
      return (before.x + Math.max(0, share) * (moment.x - before.x)).toFixed(1);
    }
    before = moment;
  }
  return before.x.toFixed(1);
}

/** Slanted lines: requests on their way to the venue, answers on their way back. */
function messages(moments: readonly Moment[]): SVGElement[] {
  const lines: SVGElement[] = [];
  for (const [index, moment] of moments.entries()) {
    if (moment.venue) {
      const heard = moments.find((other) => !other.venue && other.step === moment.step);
      if (heard !== undefined) lines.push(message(moment.x, LANES.venue, heard.x, LANES.strategy, 'answer'));
    } else if (moment.step.venueMs === null) {
      const arrival = moments
        .slice(index + 1)
        .find((other) => other.venue && answers(other.step.kind, moment.step.kind));
      if (arrival !== undefined) lines.push(message(moment.x, LANES.strategy, arrival.x, LANES.venue, 'request'));
    }
  }
  return lines;
}

function message(x1: number, y1: number, x2: number, y2: number, name: string): SVGElement {
  return draw('line', { x1, y1, x2, y2, class: `message ${name}` });
}

/** Whether an event at the venue shows that a request has come there. */
function answers(kind: string, request: string): boolean {
  if (request === 'cancelRequested') return kind === 'cancelled' || kind === 'cancelRejected';
  if (request === 'modifyRequested') return kind === 'modified' || kind === 'modifyRejected';
  return true;
}

/** ● what was sent, heard or seen; ◆ fills; ✕ ends without a fill. */
function dot({ x, step }: Moment, y: number): SVGElement {
  if (step.kind === 'filled') return draw('path', { d: `M${x} ${y - 7}l7 7l-7 7l-7 -7z`, class: 'dot fill' });
  if (['cancelled', 'expired', 'rejected'].includes(step.kind)) {
    return draw('path', { d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`, class: 'dot end' });
  }
  return draw('circle', { cx: x, cy: y, r: 4.5, class: 'dot' });
}

function label({ step, venue }: Moment): string {
  const word = WORDS[step.kind] ?? step.kind;
  if (step.kind === 'filled' && step.qty !== null) return venue ? `fills ${numberText(step.qty)}` : 'hears of it';
  return !venue && step.venueMs !== null ? `hears: ${word}` : word;
}

function sentences(moments: readonly Moment[], inLine: readonly InLine[], sentMs: number): HTMLElement {
  const table = make('table', 'steps');
  const rows: { ms: number; row: HTMLElement }[] = moments.map((moment) => ({
    ms: moment.ms,
    row: sentence(moment.ms - sentMs, moment.venue, [label(moment), detailsOf(moment)]),
  }));
  // Where it joined is a step already.
  for (const [i, { ms, ahead }] of inLine.entries()) {
    if (i > 0) rows.push({ ms, row: sentence(ms - sentMs, true, ['moves up', `${numberText(ahead)} lots ahead`]) });
  }
  table.append(...rows.sort((a, b) => a.ms - b.ms).map(({ row }) => row));
  const folded = make('details');
  folded.append(make('summary', '', 'The same in words'), table);
  return folded;
}

function sentence(afterMs: number, venue: boolean, parts: readonly string[]): HTMLElement {
  const row = make('tr');
  row.append(
    make('td', 'number', afterMs === 0 ? '0' : `+${lengthText(afterMs)}`),
    make('td', 'muted', venue ? 'venue' : 'strategy'),
    make('td', '', parts.filter((part) => part !== '').join(': ')),
  );
  return row;
}

function detailsOf({ step, venue }: Moment): string {
  const details: string[] = [];
  if (step.kind === 'filled' || step.kind === 'submitted' || step.kind.startsWith('modif')) {
    if (step.qty !== null && (venue || step.venueMs === null)) details.push(numberText(step.qty));
    if (step.price !== null && (venue || step.venueMs === null)) details.push(`at ${numberText(step.price)}`);
  }
  if (venue && step.ahead !== null) details.push(`${numberText(step.ahead)} lots ahead`);
  if ((step.kind === 'rested' || step.kind === 'entered') && step.price !== null) {
    details.push(`mid ${numberText(step.price)}`);
  }
  return details.join(', ');
}
