/** `tickwright calibrate` as a user runs it: parameters that run files take, and one line for whatever is wrong. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { codeOf, Flag, Kind, Side } from '../../core/index.js';
import { RandomSource } from '../../core/random.js';
import { TapeBuilder } from '../../core/tape-builder.js';
import { FITTED_QUEUE_PARAMETERS, fittedQueue } from '../../execution/fitted-queue.js';
import { Workplace } from './command-line.js';

const place = new Workplace();
const ORIGIN_NS = 1_700_000_000_000_000_000n;
const SPEC = { symbol: 'X', tick: '0.01', lot: '1' };
const STEPS = 4000;
const HEAD = 'order_id,side,price,qty,joined,ended,filled,first_fill';
const at = (step: number) => String(ORIGIN_NS + BigInt(step * 1000));

/** One level where orders come and go, the newest mostly, order by order (`byOrder`) or as level-2 rows. */
function market(byOrder: boolean): TapeBuilder {
  const random = new RandomSource(5).stream('calibrate');
  const rows = new TapeBuilder({ orderId: byOrder });
  const queue: { id: number; left: number }[] = [];
  const add = (time: number, kind: Kind, side: Side, lots: number, id: number) => {
    const row = rows.add(time, time, codeOf(kind, side), Flag.last, 0, 1000, lots);
    if (byOrder) rows.columns.orderId![row] = id;
  };
  for (let step = 0; step < STEPS; step++) {
    const time = step * 1000;
    const drawn = random.uniform();
    if (queue.length < 2 || (drawn < 0.5 && queue.length < 10)) {
      queue.push({ id: step + 1, left: random.uniform() < 0.6 ? 10 : 1 + Math.floor(random.uniform() * 40) });
      if (byOrder) add(time, Kind.orderAdd, Side.buy, queue.at(-1)!.left, step + 1);
    } else if (drawn > 0.8) {
      const first = queue[0]!;
      const lots = Math.min(first.left, 8);
      first.left -= lots;
      if (first.left === 0) queue.shift();
      if (byOrder) add(time, Kind.orderExecute, Side.buy, lots, first.id);
      else add(time, Kind.trade, Side.sell, lots, 0);
    } else {
      const which = random.uniform() < 0.8 ? queue.length - 1 : Math.floor(random.uniform() * queue.length);
      const [gone] = queue.splice(which, 1);
      if (byOrder) add(time, Kind.orderCancel, Side.buy, gone!.left, gone!.id);
    }
    const displayed = queue.reduce((sum, { left }) => sum + left, 0);
    if (!byOrder) add(time, Kind.depth, Side.buy, displayed, 0);
  }
  return rows;
}

function tape(name: string, byOrder: boolean): void {
  const info = { instruments: [SPEC], originNs: ORIGIN_NS, provenance: {}, corrections: [] };
  writeTape(place.path(name), market(byOrder).build().columns, info);
}

beforeAll(() => {
  tape('orders.parquet', true);
  tape('levels.parquet', false);
  // Every 40 steps an order of 5, left alone for 30: those of odd number filled at once.
  const fills = Array.from({ length: 90 }, (_, n) => {
    const filled = n % 2 === 1 ? 5 : 0;
    return `${n},buy,10.00,5,${at(n * 40)},${at(n * 40 + 30)},${filled},${filled ? at(n * 40 + 20) : ''}`;
  });
  place.write('fills.csv', `${HEAD}\n${fills.join('\n')}\n`);
});
afterAll(() => place.remove());

describe('calibrate', () => {
  it('fits to an order by order tape, judges on its rest, and writes what a run file has under venue.queue', async () => {
    const { code, stdout, stderr } = await place.run('calibrate', 'orders.parquet', '--out', 'queue.yaml');
    expect([code, stderr]).toEqual([0, 'queue.yaml: written\n']);
    for (const name of ['risk-averse', 'power 3', 'fitted, built-in', 'fitted, calibrated']) {
      expect(stdout).toContain(`\n${name} `);
    }
    expect(stdout).toMatch(/fitted to \d+ decreases .* by \d+ orders, \d+ of which filled/);
    const text = readFileSync(place.path('queue.yaml'), 'utf8');
    expect(stdout.endsWith(`\n\n${text}`)).toBe(true);
    const { model, ...parameters } = parse(text);
    expect(model).toBe('fitted');
    expect(Object.keys(parameters)).toEqual(Object.keys(FITTED_QUEUE_PARAMETERS));
    expect(parameters.usualLots).toBe(10);
    expect(() => fittedQueue(parameters)).not.toThrow();
    expect(readdirSync(place.folder).filter((file) => file.includes('partial'))).toEqual([]);
  });

  it('gives the same as JSON, and the same each time', async () => {
    const again = () => place.run('calibrate', 'orders.parquet', '--json');
    const [first, second] = [await again(), await again()];
    expect(first).toEqual(second);
    const { parameters, models } = JSON.parse(first.stdout);
    expect(parameters).toEqual(
      (({ model: _, ...rest }) => rest)(parse(readFileSync(place.path('queue.yaml'), 'utf8'))),
    );
    const of = (name: string) => models.find((each: { name: string }) => each.name === name);
    expect(of('fitted, calibrated').wrongLots).toBeLessThan(of('risk-averse').wrongLots);
  });

  it('judges on what was fitted to when that is all, and says so', async () => {
    const { stdout } = await place.run('calibrate', 'orders.parquet', '--split', '1');
    expect(stdout).toMatch(/judged on \d+ orders, \d+ of which filled, the very ones that were fitted to/);
  });

  it('fits to own fills on a level-2 tape', async () => {
    const { code, stdout } = await place.run(
      ...['calibrate', 'levels.parquet', '--fills', 'fills.csv', '--own-orders', 'not-shown', '--out', 'own.yaml'],
    );
    expect(code).toBe(0);
    expect(stdout).toContain(
      'fitted to 50 own orders, 25 of which filled\njudged on 40 own orders, 20 of which filled\n',
    );
    expect(stdout).not.toContain('bias');
    expect(() => fittedQueue(parse(readFileSync(place.path('own.yaml'), 'utf8')))).not.toThrow();
  });
});

describe('what is wrong comes out as one line, and nothing is written', () => {
  const fills = (row: string, head = HEAD) => place.write('bad.csv', `${head}\n${row}\n`);
  const good = () => ['1', 'buy', '10.00', '5', at(0), at(30), '5', ''];
  const changed = (field: number, text: string) => fills(good().with(field, text).join(','));

  async function refused(words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await place.run('calibrate', ...words, '--out', 'never.yaml');
    expect([stdout, existsSync(place.path('never.yaml'))]).toEqual(['', false]);
    expect(readdirSync(place.folder).filter((file) => file.includes('partial'))).toEqual([]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    return `${code} ${stderr.trimEnd()}`;
  }

  test.each<[words: string[], line: string]>([
    [['none.parquet'], '1 tickwright: tape none.parquet: '],
    [['orders.parquet', '--instrument', 'Y'], '2 tickwright: orders.parquet: instrument "Y" is not on the tape'],
    [['orders.parquet', '--split', '1.5'], "2 tickwright: option '--split <share>' argument '1.5' is invalid."],
    [['orders.parquet', '--split', '0'], "2 tickwright: option '--split <share>' argument '0' is invalid."],
    [
      ['levels.parquet'],
      '2 tickwright: levels.parquet: X has no order by order rows to fit to; give own orders with --fills',
    ],
    [['levels.parquet', '--fills', 'none.csv'], '1 tickwright: none.csv: '],
    [
      ['orders.parquet', '--split', '0.0001'],
      '2 tickwright: orders.parquet: no order left behind or ahead of another in a way that level-2 data leaves open',
    ],
  ])('%j', async (words, line) => {
    expect(await refused(words)).toContain(line);
  });

  test.each<[field: number, text: string, line: string]>([
    [1, 'long', 'bad.csv:2: side is "long", neither buy nor sell'],
    [2, '10.005', 'bad.csv:2: price is "10.005"'],
    [3, '0', 'bad.csv:2: qty is "0", not above 0'],
    [3, '1.5', 'bad.csv:2: qty is "1.5"'],
    [4, 'noon', 'bad.csv:2: joined: "noon" is not an ISO 8601 time'],
    [4, '2001-01-01T00:00:00Z', 'bad.csv:2: joined is "2001-01-01T00:00:00Z", not within the tape\'s times'],
    [5, at(-1), 'not within the tape'],
    [6, '6', 'bad.csv:2: filled is "6", not within 0 and the qty of 5'],
    [6, '', 'bad.csv:2: filled is ""'],
    [7, at(31), `bad.csv:2: first_fill is "${at(31)}", not within joined and ended`],
  ])('own orders: field %d is "%s"', async (field, text, line) => {
    const said = await refused(['levels.parquet', '--fills', changed(field, text)]);
    expect(said).toContain('1 tickwright: bad.csv');
    expect(said).toContain(line);
  });

  it('own orders: an end before the beginning, a missing column, too few fields, no fills', async () => {
    const run = (file: string) => refused(['levels.parquet', '--fills', file]);
    expect(await run(fills(good().with(4, at(31)).join(',')))).toContain(
      `bad.csv:2: ended is "${at(30)}", before joined, "${at(31)}"`,
    );
    expect(await run(fills('1', 'side'))).toContain('bad.csv:1: there is no column price; there are: side');
    expect(await run(fills('1,buy'))).toContain('bad.csv:2: there are 2 fields where the first line names 8 columns');
    expect(await run(place.write('bad.csv', ''))).toContain('bad.csv: the file is empty');
    expect(await run(place.write('bad.csv', `${HEAD}\n`))).toContain('bad.csv: holds no orders');
    expect(await run(fills(good().with(6, '0').join(',')))).toContain(
      '2 tickwright: bad.csv: none of the 1 orders filled: there is nothing to fit to',
    );
  });
});
