/** Parameter files: what is written is read back, what is wrong is refused with its place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkFlowFile, type FlowFile, flowFileText, readFlowFile } from '../../bridges/index.js';
import { zeroIntelligenceFlow } from '../../core/index.js';

const folder = mkdtempSync(join(tmpdir(), 'tickwright-flow-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FLOW = {
  ...zeroIntelligenceFlow({ branching: [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i === j ? 0.4 : 0.1 / 3))) }),
  marketLots: { kind: 'table', lots: [1, 100, 250], shares: [0.25, 0.5, 0.25] },
  limitLots: [
    { to: 3, lots: { kind: 'log-normal', median: 40, sigma: 1.1, roundLots: 10 } },
    { to: 40, lots: { kind: 'uniform', mean: 8 } },
  ],
} as const;

test('what is written is read back the same, comments and all', async () => {
  const path = join(folder, 'flow.yaml');
  writeFileSync(path, flowFileText(FLOW, ['Fitted to a tape', 'with a line\nof a stranger']));
  expect(await readFlowFile(path)).toEqual(FLOW);
  const json = join(folder, 'flow.json');
  writeFileSync(json, JSON.stringify({ flow: 1, ...FLOW }));
  expect(await readFlowFile(json)).toEqual(FLOW);
});

const content = () => parse(flowFileText(FLOW, [])) as Record<string, never>;

test('what may be left out has its documented default', () => {
  const { sweep: _, stepTicks: __, arrivals, feed, ...rest } = content() as unknown as FlowFile;
  const file: FlowFile = { ...rest, feed: { detail: feed.detail }, arrivals: { base: arrivals.base } };
  expect(checkFlowFile(file, 'x')).toMatchObject({
    ...{ sweep: 1, stepTicks: 1, arrivals: { kernels: [] }, feed: { everyNs: 0, latencyNs: 1e6 } },
  });
});

test.each([
  [{ flow: 2 }, 'flow.yaml: flow: given 2; allowed: 1'],
  [{ sweeep: 1 }, 'flow.yaml: sweeep: unknown key; did you mean "sweep"?'],
  [{ sweep: 1.5 }, 'sweep: given 1.5; allowed: a number at most 1'],
  [{ startTicks: 79 }, 'order flow: startTicks 79 is not a whole number from 80 (twice the farthest distance)'],
  [{ instrument: { symbol: 'X', tick: '0', lot: '1' } }, 'tick "0"'],
  [{ feed: { detail: 'orders', everyNs: 5 } }, 'feed.everyNs 5 is not 0, as detail orders needs'],
  [{ arrivals: { base: [1, 1, 1] } }, 'arrivals.base: given [1,1,1]; allowed: at least 6 entries'],
  [{ arrivals: { base: [1, 1, 0, 1, 1, 1] } }, 'arrivals.base of limit buy 0 is not above 0'],
  [
    { arrivals: { base: [1, 1, 1, 1, 1, 1], kernels: [{ decay: 1, branching: [[1]] }] } },
    'rows of branching 1 is not 6, as base has',
  ],
  [{ placement: { to: [3, 3], values: [1, 1] } }, 'placement.to[1] 3 is not a whole number above 3'],
  [{ placement: { to: [3], values: [0] } }, 'sum of placement 0 is not above 0'],
  [{ placement: { to: [3, 4], values: [1] } }, 'placement.values has 1 values for 2 distances'],
  [{ cancelRate: { to: [3, 5], values: [1, 0] } }, 'cancelRate.values[1] 0 is not above 0'],
  [{ cancelRate: { to: [3], values: [1e-6] } }, 'placement and cancelRate let'],
  [{ depth: { to: [40], values: [1e8] } }, 'orders of a side, more than 1000000'],
  [
    { marketLots: { kind: 'table', lots: [3, 2], shares: [1, 1] } },
    'marketLots.lots[1] 2 is not a whole number from 4',
  ],
  [{ marketLots: { kind: 'table', lots: [3], shares: [0] } }, 'marketLots.sum of shares 0 is not above 0'],
  [{ marketLots: { kind: 'pareto' } }, 'marketLots.kind: given "pareto"'],
  [{ limitLots: [{ to: 3, lots: { kind: 'uniform', mean: 20_000 } }] }, 'limitLots[0].lots.mean 20000 is not'],
  [{ limitLots: [3, 2].map((to) => ({ to, lots: { kind: 'uniform', mean: 2 } })) }, 'limitLots[1].to 2'],
])('refused with its place: %j', (change, message) => {
  expect(() => checkFlowFile({ ...content(), ...change }, 'flow.yaml')).toThrow(message);
});

test('a file that is no YAML is refused by name', async () => {
  const path = join(folder, 'bad.yaml');
  writeFileSync(path, 'flow: [1');
  await expect(readFlowFile(path)).rejects.toThrow(
    /bad\.yaml:1:9: is not valid YAML: Flow sequence in block collection/,
  );
});

test('a file that is not there, and an alias of nothing, are refused by name', async () => {
  await expect(readFlowFile('nowhere.yaml')).rejects.toThrow('nowhere.yaml: there is no such file');
  const path = join(folder, 'alias.yaml');
  writeFileSync(path, 'flow: *none');
  await expect(readFlowFile(path)).rejects.toThrow(/alias\.yaml.*: is not valid YAML: /);
});
