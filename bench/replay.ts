/**
 * `bench replay`: rows a second of the engine over tapes in memory, and as multiples of the floor's time.
 * Knows nothing of how a replay is measured. Called by main.
 *
 * Every workload runs in fresh processes, one after the other in turn (tape by tape, round by round), so that whatever
 * else the machine does hits all alike; multiples are taken within a round.
 */
import { type BenchTape, makeReplayTapes } from './bench-tapes.js';
import { inFreshProcess } from './fresh-process.js';
import type { Outcome, RunAnswer, RunJob, Workload } from './measured-run.js';
import { median, millions, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';
import { ENGINE_WORKLOADS, type EngineWorkload } from './workloads.js';

/** Most that a workload may take, in times of the floor. */
const MOST_FLOORS: Readonly<Record<EngineWorkload, number>> = {
  books: 1.25,
  quoting: 1.4,
  quotingTouch: 1.4,
  everyEvent: 1.6,
};

const WORKLOADS: readonly Workload[] = ['floorInterleaved', 'floorByBlocks', ...ENGINE_WORKLOADS];

type Round = Readonly<Record<Workload, RunAnswer>>;

export async function replay({ rows, rounds, instruments }: BenchOptions): Promise<BenchReport> {
  const tapes = await makeReplayTapes(rows, instruments);
  const measured = new Map<BenchTape, Round[]>(tapes.map((tape) => [tape, []]));
  for (let round = 0; round < rounds; round++) {
    for (const tape of tapes) {
      const answers: Partial<Record<Workload, RunAnswer>> = {};
      for (const workload of WORKLOADS) {
        const job: RunJob = { file: tape.file, workload, from: 'memory', warmups: 2, runs: 3 };
        answers[workload] = await inFreshProcess<RunAnswer>('measured-run', job);
      }
      measured.get(tape)!.push(answers as Round);
    }
  }
  const results = tapes.flatMap((tape) => rowsOf(tape, measured.get(tape)!));
  return {
    title: `replay: medians of ${rounds} rounds of fresh processes, each the median of 3 runs after 2 to warm up`,
    rows: results,
    table: results.map((row) => [
      row.tape,
      row.workload,
      millions(row.rowsPerSecond),
      row.workload.startsWith('floor') ? '' : `${row.floorMultiple.toFixed(2)} ×`,
      row.atMost === undefined ? '' : `${row.floorMultiple <= row.atMost ? 'within' : 'OVER'} ${row.atMost} ×`,
      millions(row.cpuRowsPerSecond),
      row.workload.startsWith('floor') ? '' : `${row.cpuFloorMultiple.toFixed(2)} ×`,
      `${millions(row.slowest)} … ${millions(row.fastest)}`,
      row.workload.startsWith('floor') ? '' : `${row.orderEvents} / ${row.fills}`,
    ]),
    heads: [
      'tape',
      'workload',
      'rows/s',
      '× floor',
      'target',
      'by CPU',
      '× floor',
      'all rounds',
      'order events / fills',
    ],
  };
}

function rowsOf(tape: BenchTape, rounds: readonly Round[]) {
  checkOutcomes(tape, rounds);
  // The floor is the faster of its two forms, round by round.
  const floorMs = rounds.map((round) => Math.min(round.floorInterleaved.wallMs, round.floorByBlocks.wallMs));
  const floorCpuMs = rounds.map((round) => Math.min(round.floorInterleaved.cpuMs, round.floorByBlocks.cpuMs));
  const rowOf = (
    workload: Workload | 'floor',
    wallMs: readonly number[],
    cpuMs: readonly number[],
    outcome: Outcome,
  ) => ({
    workload,
    tape: tape.name,
    instruments: tape.instruments,
    rows: outcome.rows,
    rowsPerSecond: rounded((outcome.rows / median(wallMs)) * 1000),
    floorMultiple: rounded(median(wallMs.map((ms, round) => ms / floorMs[round]!))),
    atMost: MOST_FLOORS[workload as EngineWorkload] as number | undefined,
    cpuRowsPerSecond: rounded((outcome.rows / median(cpuMs)) * 1000),
    cpuFloorMultiple: rounded(median(cpuMs.map((ms, round) => ms / floorCpuMs[round]!))),
    slowest: rounded((outcome.rows / Math.max(...wallMs)) * 1000),
    fastest: rounded((outcome.rows / Math.min(...wallMs)) * 1000),
    orderEvents: outcome.orderEvents,
    fills: outcome.fills,
    runHash: outcome.runHash,
  });
  return [
    rowOf('floor', floorMs, floorCpuMs, rounds[0]!.floorByBlocks.outcome),
    ...WORKLOADS.map((workload) => {
      const answers = rounds.map((round) => round[workload]);
      const wallMs = answers.map((each) => each.wallMs);
      return rowOf(
        workload,
        wallMs,
        answers.map((each) => each.cpuMs),
        answers[0]!.outcome,
      );
    }),
  ];
}

/** Each workload came to the same end in all rounds, and all of them to the same final best prices. */
function checkOutcomes(tape: BenchTape, rounds: readonly Round[]): void {
  const first = rounds[0]!;
  const prices = ({ rows, bids, asks }: Outcome) => JSON.stringify({ rows, bids, asks });
  for (const workload of WORKLOADS) {
    for (const round of rounds) {
      const { outcome } = round[workload];
      if (JSON.stringify(outcome) !== JSON.stringify(first[workload].outcome)) {
        throw new Error(`${tape.name} ${workload}: two processes came to different ends`);
      }
      if (prices(outcome) !== prices(first.floorInterleaved.outcome)) {
        throw new Error(`${tape.name} ${workload}: its final best prices are not the floor's`);
      }
    }
  }
}
