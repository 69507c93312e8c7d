/** What the project writes itself, and what it is told in files and texts, with good ones of each. Called by the fuzz tests. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readFills } from '../../bridges/calibrate/fills-file.js';
import { CatalogError } from '../../bridges/catalog/catalog-error.js';
import { readState } from '../../bridges/catalog/catalog-state.js';
import { BridgeError } from '../../bridges/python/bridge-error.js';
import { JournalReader, JournalWriter } from '../../bridges/python/journal.js';
import { ConfigError } from '../../bridges/run-file/config-error.js';
import { prepareRun } from '../../bridges/run-file/prepare.js';
import { readRunFile } from '../../bridges/run-file/read.js';
import { readLatencyFile } from '../../bridges/run-file/venue/latency-file.js';
import { RunFolderError, readRunFolder, writeRunFolder } from '../../bridges/run-folder.js';
import { TapeError } from '../../bridges/tape/tape-error.js';
import { barRule } from '../../core/bars/bar-rule.js';
import { parseDecimal } from '../../core/decimal.js';
import { Instrument } from '../../core/instrument.js';
import { sessionCalendar } from '../../core/session-calendar.js';
import { parseDate, parseDuration, parseEpoch, SECOND } from '../../core/time.js';
import { StrategyRegistry } from '../../strategies/registry.js';
import { fourFills } from '../analytics/hand-made-run.js';
import { OTHER_RUNS, VENUE, VENUE_RUNS } from '../run-file/accepted-runs.js';
import { Outcomes, trader, writeModelMarket } from '../run-file/model-market.js';
import type { FuzzedParser, FuzzInput } from './fuzzing.js';
import { lines, records } from './mutation.js';
import { TAPES } from './tape-parser.js';

const json = (value: unknown) => lines(`${JSON.stringify(value, null, 1)}\n`);

const INSTRUMENT = new Instrument({ symbol: 'A', tick: '0.1', lot: '0.01' }, 0);
const SPAN = {
  originNs: 1_704_153_600_000_000_000n,
  firstNs: 1_704_153_600_000_000_000n,
  lastNs: 1_704_153_700_000_000_000n,
};

/** Some of the run files that are accepted, which say everything between them. */
const RUNS = [...VENUE_RUNS, ...OTHER_RUNS]
  .filter(([, run]) => !/"catalog"|"synthetic"|\.csv"/.test(JSON.stringify(run)))
  .filter((_, at) => at % 5 === 0);

const MONEY = { currency: 'USD', rates: { EUR: 1.1, BTC: 100 } };

async function prepared(path: string): Promise<void> {
  const registry = new StrategyRegistry([trader(new Outcomes())]);
  const { python } = await prepareRun(await readRunFile(path), { registry });
  python.close();
}

const RUN_FILES: FuzzedParser = {
  name: 'run file',
  refusals: [ConfigError, TapeError],
  places: /tape /,
  prepare: (folder) => writeModelMarket(join(folder, 'market.parquet')),
  inputs: RUNS.map(([, run], at): FuzzInput => {
    const whole = { tape: 'market.parquet', strategies: [{ use: 'trader' }], ...MONEY, ...run };
    const venue = 'venues' in run ? {} : { venue: VENUE };
    // JSON is YAML.
    return { good: json({ ...venue, ...whole }), file: at % 2 === 0 ? 'run.json' : 'run.yaml', read: prepared };
  }),
};

function runFolder(folder: string): void {
  const run = fourFills();
  const result = run.outcome(0, 50 * SECOND);
  writeRunFolder(join(folder, 'run'), { recorder: run.recorder, result, config: {}, seed: 7, tapes: [] });
}

/** A run folder of which one file is spoiled. */
function folderParser(file: string, text: boolean): FuzzedParser {
  return {
    name: `run folder, ${file}`,
    places: /\.(parquet|json)/,
    refusals: [RunFolderError],
    prepare: runFolder,
    inputs: [
      {
        file: `run/${file}`,
        good: (folder) => {
          const bytes = readFileSync(join(folder, 'run', file));
          return text ? lines(bytes.toString('utf8')) : records([bytes]);
        },
        read: (path) => readRunFolder(dirname(path)),
      },
    ],
  };
}

const DIGEST = 'ab'.repeat(32);
const CATALOG: FuzzedParser = {
  name: 'catalogue',
  refusals: [CatalogError],
  inputs: [
    {
      good: json({
        ...{ format: 'tickwright-catalog', version: 1, revision: 3, days: 'utc' },
        instruments: [{ venue: 'SIM', symbol: 'A', tick: '0.1', lot: '1', listed: '2024-01-02' }],
        sources: [
          {
            sha256: DIGEST,
            name: 'a.parquet',
            provenance: { importer: 'csv' },
            corrections: [{ name: 'x', count: 1, note: '' }],
          },
        ],
        parts: [
          {
            ...{
              venue: 'SIM',
              symbol: 'A',
              day: '2024-01-02',
              lastDay: '2024-01-02',
              file: 'SIM/A/x.parquet',
              sha256: DIGEST,
            },
            ...{
              bytes: 100,
              rows: 3,
              counts: { trade: 3 },
              exchangeNs: ['1704153600000000000', '1704153600000000001'],
            },
            ...{
              localNs: ['1704153600000000000', '1704153600000000001'],
              pieces: [{ source: DIGEST, from: 0, to: 1 }],
            },
          },
        ],
      }),
      file: 'catalog.json',
      read: (path) => readState(dirname(path)),
    },
  ],
};

const FILLS: FuzzedParser = {
  name: 'fills file',
  refusals: [Error],
  inputs: [
    {
      good: lines(
        'side,price,qty,joined,ended,filled,first_fill\nbuy,100.1,0.5,2024-01-02T00:00:01Z,1704153602000000000,0.25,2024-01-02T00:00:01.5Z\nsell,100.2,1,2024-01-02T00:00:03Z,2024-01-02T00:00:04Z,0,\n',
      ),
      ...{ file: 'fills.csv', packings: ['plain', 'gzip'] },
      read: (path) => readFills(path, INSTRUMENT, SPAN),
    },
  ],
};

const LATENCY: FuzzedParser = {
  name: 'latency file',
  refusals: [RangeError],
  inputs: [
    {
      good: lines(
        'request,exchange,response\n1704153600000000001,1704153600000000005,1704153600000000009\n1704153600000000011,0,1704153600000000013\n',
      ),
      file: 'latency.csv',
      read: (path) => readLatencyFile(path, SPAN.originNs),
    },
  ],
};

const JOURNAL: FuzzedParser = {
  name: 'journal',
  refusals: [BridgeError],
  prepare: (folder) => {
    const writer = new JournalWriter(folder, {
      strategies: [
        { name: 'a', ready: { handlers: [] } },
        { name: 'b', ready: null },
      ],
    });
    for (let at = 0; at < 5; at++) {
      writer.add(at % 2, at, { type: 3, meta: Buffer.alloc(at, 7), payload: Buffer.alloc(8 * at, at) });
    }
    writer.copyTo(join(folder, 'good.journal'));
    writer.close();
  },
  inputs: [
    {
      file: 'bridge.journal',
      good: (folder) => records([readFileSync(join(folder, 'good.journal'))]),
      read: (path) => {
        const reader = new JournalReader(path);
        try {
          while (reader.next() !== undefined);
        } finally {
          reader.close();
        }
      },
    },
  ],
};

/** Texts that options and run files hold, one a line behind what reads it. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  calendar: (text) => {
    const [name = '', first = '', last = first] = text.split(' ');
    return sessionCalendar(name).sessionsOfDays(first, last);
  },
  duration: parseDuration,
  decimal: parseDecimal,
  epoch: parseEpoch,
  date: parseDate,
  bars: (text) => barRule(text, INSTRUMENT),
};
const TEXTS = (
  [
    ['calendar', 'XNYS 2024-07-01 2024-07-05'],
    ['calendar', 'CMES 2020-02-28 2020-03-02'],
    ['duration', '1.5ms'],
    ['duration', '-2h'],
    ['decimal', '-12.3450'],
    ['decimal', '1.5e-8'],
    ['epoch', '2024-12-27T08:00:00.123456789Z'],
    ['date', '2024-02-29'],
    ['bars', '1m'],
    ['bars', '2.5 volume'],
    ['bars', '50 tick-imbalance'],
    ['bars', '5 renko'],
  ] as const
).map(([reader, text]): FuzzInput => {
  const read = (path: string) => READERS[reader]!(readFileSync(path, 'utf8').replaceAll(/\p{Cc}/gu, ' '));
  return { good: lines(text), file: `${reader}.txt`, read };
});

export const OWN_PARSERS: readonly FuzzedParser[] = [
  ...TAPES,
  RUN_FILES,
  folderParser('manifest.json', true),
  folderParser('summary.json', true),
  folderParser('fills.parquet', false),
  ...[CATALOG, FILLS, LATENCY, JOURNAL],
  // What they refuse they name, instead of a file.
  {
    name: 'calendar days, lengths of time, decimals',
    refusals: [RangeError],
    inputs: TEXTS,
    places: /"|calendar /,
  },
];
