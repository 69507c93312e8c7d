/**
 * The how-to pages: each shows a model that is here as a file, under 60 lines, compiled and run; each proof is done; each figure
 * that a page names comes out. What the other models of test/how-to do is tested where their contract is.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ORDER_EVENT_NAMES, type OrderRequest, OrderType, RandomSource, Side, Simulation } from '../core/index.js';
import { Message, perQuantityFees, simulatedVenue } from '../execution/index.js';
import { withFeatures } from '../strategies/index.js';
import { barPathContract } from './contracts/bar-path.contract.js';
import { consumptionContract } from './contracts/consumption.contract.js';
import { featureContract } from './contracts/feature.contract.js';
import { feeContract } from './contracts/fee.contract.js';
import { gatewayContract } from './contracts/gateway.contract.js';
import { impactContract } from './contracts/impact.contract.js';
import { latencyContract } from './contracts/latency.contract.js';
import { marginContract } from './contracts/margin.contract.js';
import { matchingContract } from './contracts/matching.contract.js';
import { priceProtectionContract } from './contracts/price-protection.contract.js';
import { queuePositionContract } from './contracts/queue-position.contract.js';
import { riskCheckContract } from './contracts/risk-check.contract.js';
import { venueContract } from './contracts/venue.contract.js';
import { tapeOf, told } from './execution/scenario.js';
import { bandedProtection } from './how-to/banded-protection.js';
import { banningGateway } from './how-to/banning-gateway.js';
import { barBreakout } from './how-to/bar-breakout.js';
import { decayedFlow, flowFollower } from './how-to/decayed-flow.js';
import { drawnQueue } from './how-to/drawn-queue.js';
import { driftPath } from './how-to/drift-path.js';
import { fadingBook } from './how-to/fading-book.js';
import { feesBySymbol } from './how-to/fees-by-symbol.js';
import { halfSpreadImpact } from './how-to/half-spread-impact.js';
import { instantVenue } from './how-to/instant-venue.js';
import { loadLatency } from './how-to/load-latency.js';
import { maxTurnover } from './how-to/max-turnover.js';
import { refillingConsumption } from './how-to/refilling-consumption.js';
import { sizeMargin } from './how-to/size-margin.js';

const ROOT = new URL('../', import.meta.url);
const textOf = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
/** About what is built in; there is no model of one's own. */
const WITHOUT_MODEL = ['bars.md', 'environment.md', 'fitted-queue.md'];
const PAGES = readdirSync(new URL('docs/how-to', ROOT)).filter((name) => name !== 'README.md');
const MODEL_PAGES = PAGES.filter((page) => !WITHOUT_MODEL.includes(page));

interface Block {
  readonly above: string;
  readonly content: string;
}

/** The TypeScript of a page, each block with the line above it. */
function blocksOf(page: string): Block[] {
  const blocks = textOf(`docs/how-to/${page}`).matchAll(/^(.*)\n```ts\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, above, content]) => ({ above: above!, content: content! }));
}

const shownBy = (page: string) =>
  blocksOf(page).flatMap(({ above, content }) => {
    const file = /^<!-- file: (test\/how-to\/\S+) -->$/.exec(above)?.[1];
    return file === undefined ? [] : [{ file, content }];
  });

/** What stands under "Prove it". */
function proofOf(page: string): string {
  const [, proof = ''] = textOf(`docs/how-to/${page}`).split('\n## Prove it\n');
  return /```ts\n([\s\S]*?)^```$/m.exec(proof)?.[1] ?? '';
}

const inOneLine = (code: string) => code.replace(/\s+/g, ' ').replace(/,? ([)\]}])/g, ' $1');

describe.each(MODEL_PAGES)('docs/how-to/%s', (page) => {
  const pageText = textOf(`docs/how-to/${page}`);

  it('shows one model, which is the file here, in under 60 lines', () => {
    const shown = shownBy(page);
    expect(shown).toHaveLength(1);
    const [{ file, content }] = shown as [{ file: string; content: string }];
    expect(content, 'copy the file into the page').toBe(textOf(file));
    expect(content.trimEnd().split('\n').length).toBeLessThan(60);
  });

  it('says where the contract is, and the contract says where the page is', () => {
    const [, contract, file] =
      /contract is `(\w+)` in\s+`((?:core|execution|strategies\/features)\/[\w-]+\.ts)`/.exec(pageText) ?? [];
    const source = textOf(file!);
    expect(source).toMatch(new RegExp(`^export interface ${contract} `, 'm'));
    expect(source).toContain(`docs/how-to/${page}`);
    expect(source).toMatch(/Conformance: test\/contracts\/[\w-]+\.contract\.ts/);
  });

  it('has a proof, and it is done here', () => {
    const proof = proofOf(page);
    expect(proof).toMatch(/^\w+Contract\(/m);
    const done = inOneLine(textOf('test/how-to.test.ts')).includes(inOneLine(proof).trim());
    expect(done, `the proof of ${page} is not at the end of this file`).toBe(true);
  });
});

describe('docs/how-to/bars.md', () => {
  it('shows a strategy, which is the file here, in under 60 lines', () => {
    const [{ file, content }] = shownBy('bars.md') as [{ file: string; content: string }];
    expect(content, 'copy the file into the page').toBe(textOf(file));
    expect(content.trimEnd().split('\n').length).toBeLessThan(60);
  });
});

describe('the how-to pages', () => {
  it('show every model of test/how-to once', () => {
    const files = readdirSync(new URL('test/how-to', ROOT)).map((name) => `test/how-to/${name}`);
    expect(PAGES.flatMap((page) => shownBy(page).map(({ file }) => file)).sort()).toEqual(files.sort());
  });

  it('are all in the index, one line each', () => {
    const lines = textOf('docs/how-to/README.md').split('\n');
    for (const page of PAGES)
      expect(
        lines.filter((line) => line.includes(`](${page})`)),
        page,
      ).toHaveLength(1);
  });

  it('prove a model of every contract of a venue and of what leaves for it', () => {
    /** Contracts of other places, and parts of latency, which its page names. */
    const others = ['strategy', 'observer', 'tape-source', 'delay', 'compute-time', 'channel', 'metric'];
    const suites = readdirSync(new URL('test/contracts', ROOT)).flatMap((name) => {
      const contract = /^(.+)\.contract\.ts$/.exec(name)?.[1];
      return contract === undefined || others.includes(contract) ? [] : [contract];
    });
    expect(suites.length).toBeGreaterThan(10);
    const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const proved = MODEL_PAGES.map((page) => /^\w+Contract/m.exec(proofOf(page))?.[0]);
    expect(suites.map((name) => `${camel(name)}Contract`).sort()).toEqual(proved.sort());
  });

  it('link to what is there, and name only files that are there', () => {
    for (const page of [...PAGES, 'README.md']) {
      const prose = textOf(`docs/how-to/${page}`).replace(/^```[\s\S]*?^```$/gm, '');
      const links = [...prose.matchAll(/\]\(([^)\s:]+)\)/g)].map(([, link]) => `docs/how-to/${link}`);
      const named = [...prose.matchAll(/`((?:core|execution|strategies|examples|test|bench)\/[^`\s]+)`/g)].map(
        ([, file]) => file!,
      );
      for (const file of [...links, ...named]) {
        expect(existsSync(pathOf(file)), `${page} names ${file}`).toBe(true);
      }
    }
  });

  it('have code that compiles, wherever it is whole', () => {
    const whole = PAGES.flatMap((page) =>
      blocksOf(page)
        .filter(({ content }) => /^import /m.test(content))
        .map(({ content }, at) => [page.replace('.md', `-${at}.ts`), content] as const),
    );
    expect(whole.length).toBeGreaterThan(MODEL_PAGES.length);
    expect(faultsOf(new Map(whole))).toBe('');
  });
});

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, ROOT));
}

/** What the compiler says of these files, with the sources for the package. */
function faultsOf(files: ReadonlyMap<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickwright-how-to-'));
  try {
    for (const [name, content] of files) writeFileSync(join(folder, name), content);
    const paths = { 'tickwright/*': [pathOf('*/index.ts')], zod: [pathOf('node_modules/zod/index.d.ts')] };
    const compilerOptions = { noEmit: true, rootDir: '/', types: [], paths };
    const config = { extends: pathOf('tsconfig.json'), compilerOptions, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    // As ES modules, as the package is.
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const tsc = spawnSync(process.execPath, [pathOf('node_modules/typescript/bin/tsc'), '-p', folder]);
    return `${tsc.stdout}${tsc.stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('what the pages say comes out', () => {
  it('matching: 2 at 102 and 5 at 103, and the last lot rests', () => {
    const lines = told({
      market: ['0 bid 9@100', '0 ask 5@102', '0 ask 10@103', '200 ask 1@103', '300 ask 2@103'],
      actions: [[100, (desk) => desk.buy('order', 8, 103)]],
      venue: { matching: fadingBook({ share: 0.5 }) },
    });
    expect(lines).toEqual([
      '100 order filled 2@102, 6 left',
      '100 order filled 5@103, 1 left',
      '300 order filled 1@103 as maker, 0 left',
    ]);
    expect(() => fadingBook({ share: 0 })).toThrow('fadingBook: share 0 is not above 0 and at most 1');
    expect(() => fadingBook({ share: 1.1 })).toThrow('share 1.1');
  });

  it('consumption: of 10 lots the rows leave 7, 4, 2, 1 and 0 taken', () => {
    const model = refillingConsumption({ share: 0.3 }).forRun!({} as never);
    model.took(0, Side.sell, 102, 10);
    const left = Array.from({ length: 6 }, () => {
      model.levelChanged(0, Side.sell, 102, 10, 10);
      return model.takenLots(0, Side.sell, 102, Infinity);
    });
    expect(left).toEqual([7, 4, 2, 1, 0, 0]);
    expect(() => refillingConsumption({ share: Number.NaN })).toThrow('share NaN is not above 0');
  });

  it('feature: trades fade, and the strategy trades where the book leans the same way', () => {
    const market = ['0 bid 9@100', '0 ask 1@102', '0 bought 3@102', '2000000000 sold 3@100'];
    const tape = () => tapeOf(market, 2_200_000_000);
    const values: number[] = [];
    const lines: string[] = [];
    const logged = withFeatures(
      ['decayed_flow_2s'],
      (features) => ({ onTrade: () => void values.push(...features.read()) }),
      [decayedFlow],
    );
    const follower = flowFollower();
    follower.onFill = ({ order, priceTicks, localNs }) => void lines.push(`${localNs} ${order.side} @${priceTicks}`);
    for (const strategy of [logged, follower]) {
      new Simulation({ tapes: [tape()], strategies: [{ name: 'one', strategy }], venue: simulatedVenue() }).run();
    }
    // 3 bought, and 3 sold when those weigh 3 / e.
    expect(values).toEqual([1, expect.closeTo((1 / Math.E - 1) / (1 / Math.E + 1), 12)]);
    // At the first look; then it is long, and the sale finds the book leaning the other way.
    expect(lines).toEqual([`100000000 ${Side.buy} @102`]);
  });

  it('bars: it buys what closes above the bars before, and sells what closes below its own average', () => {
    const market = [
      ...['0 bid 9@100', '0 ask 9@102', '5 bought 1@102', '15 sold 1@100', '25 bought 2@103', '35 sold 3@105'],
      ...['36 sold 1@101', '55 sold 1@100'],
    ];
    const lines: string[] = [];
    const strategy = barBreakout.create({ bars: '10ns', lookback: 2, qty: 1 });
    strategy.onFill = ({ order, localNs }) => void lines.push(`${localNs} ${order.side === Side.buy ? 'buy' : 'sell'}`);
    new Simulation({
      tapes: [tapeOf(market, 100)],
      strategies: [{ name: 'one', strategy }],
      venue: simulatedVenue(),
      observers: [{ onLog: (_nowNs, _strategy, message) => void lines.push(message) }],
    }).run();
    // At 30 the bar of 103 is above 102 and 100; at 40 one closes at 101 with an average of 104.
    expect(lines).toEqual(['30 buy', '40 sell', 'X: 9 bars of 10ns, 4 of them empty']);
  });

  it('gateway: the third of three is refused, and whoever follows until 1,030, but for cancels', () => {
    const gateway = banningGateway({ requests: 2, perNs: 100, banNs: 1_000 });
    const random = new RandomSource(1).stream('gateway');
    const admits = (arrivalNs: number, kind: Message = Message.submit) => gateway.admits(kind, 0, arrivalNs, random);
    expect([10, 20, 30, 1_029, 1_030].map((arrivalNs) => admits(arrivalNs))).toEqual([true, true, false, false, true]);
    expect(admits(1_040, Message.modify)).toBe(true);
    expect(admits(1_050)).toBe(false);
    expect(admits(1_060, Message.cancel)).toBe(true);
    expect(() => banningGateway({ requests: 0, perNs: 1, banNs: 1 })).toThrow(
      'requests 0 is not a whole number above 0',
    );
  });

  it('price protection: 2 748 from 2 499, 2 625 from 2 500, and 5 820 from 6 000', () => {
    const model = bandedProtection([
      { fromTicks: 0, fraction: 0.1 },
      { fromTicks: 2_500, fraction: 0.05 },
      { fromTicks: 5_000, fraction: 0.03 },
    ]);
    expect(model.limitTicks(Side.buy, 2_499)).toBe(2_748);
    expect(model.limitTicks(Side.buy, 2_500)).toBe(2_625);
    expect(model.limitTicks(Side.sell, 6_000)).toBe(5_820);
    expect(() => bandedProtection([])).toThrow('there are no bands');
    expect(() => bandedProtection([{ fromTicks: 1, fraction: 0.1 }])).toThrow('band 0 (from 1');
  });

  it('venue: what is marketable fills whole at the opposite best, stops expire', () => {
    const lines: string[] = [];
    const sent: Omit<OrderRequest, 'instrument'>[] = [
      { side: Side.buy, qtyLots: 8, priceTicks: 103 },
      { side: Side.buy, qtyLots: 8, priceTicks: 101 },
      { side: Side.sell, qtyLots: 20 },
      { side: Side.sell, qtyLots: 1, type: OrderType.stop, stopTicks: 99 },
    ];
    new Simulation({
      tapes: [tapeOf(['0 bid 9@100', '0 ask 5@102'], 1000)],
      strategies: [
        {
          name: 'one',
          strategy: {
            onStart: (context) => context.at('send', 100),
            onTimer: (_name, context) => {
              for (const each of sent) context.submit({ instrument: context.instruments[0]!, ...each });
            },
            onOrderEvent: ({ kind, qtyLots, priceTicks }) =>
              void lines.push(`${ORDER_EVENT_NAMES[kind]} ${qtyLots}@${priceTicks}`),
          },
        },
      ],
      venue: instantVenue,
    }).run();
    expect(lines.filter((line) => !line.startsWith('submitted'))).toEqual([
      'filled 8@102',
      'expired 8@101',
      'filled 20@100',
      'expired 1@NaN',
    ]);
  });
});

// Here are the proofs, as they stand on the pages.
barPathContract('my path', () => driftPath(0.7), { extremes: true });
consumptionContract('refillingConsumption', () => refillingConsumption({ share: 0.3 }));
const perContract = perQuantityFees({ makerAmount: 2.25, takerAmount: 2.25 });
feeContract('my fees', () => feesBySymbol({ LINEAR: perContract, COIN: perContract }, 5), { remembers: true });
featureContract('my feature', decayedFlow);
gatewayContract('banningGateway', () => banningGateway({ requests: 3, perNs: 50_000, banNs: 1_000_000 }));
impactContract('my impact', () => halfSpreadImpact({ halfSpreadTicks: 0.5, freeShare: 0.01, ticksPerPercent: 2 }));
latencyContract('my latency', () => loadLatency({ wayNs: 200_000, serviceNs: 50_000, jitterNs: 30_000 }));
marginContract('my margin', () =>
  sizeMargin({ initialRate: 0.05, maintenanceRate: 0.03, perRootQty: 0.01, kept: 0.6 }),
);
matchingContract('fadingBook', () => fadingBook({ share: 0.5 }));
priceProtectionContract('bandedProtection', () =>
  bandedProtection([
    { fromTicks: 0, fraction: 0.1 },
    { fromTicks: 2_500, fraction: 0.05 },
    { fromTicks: 5_000, fraction: 0.03 },
  ]),
);
queuePositionContract('drawnQueue', drawnQueue, { draws: 'one draw for each cancel' });
riskCheckContract('my turnover', () => maxTurnover({ value: 1000 }), { refuses: true, letsReduce: true });
venueContract('instantVenue', () => instantVenue, { answers: true });
