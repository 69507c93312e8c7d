/**
 * Files of the parameters of a synthetic instrument's order flow: read from YAML or JSON and checked, written as YAML with a
 * comment a field. Knows nothing of how markets are made or fitted. Called by `tickwright synth` and by users.
 */
import { Document, isScalar, visit } from 'yaml';
import { z } from 'zod';
import { ARRIVALS, checkFlow, FEED_DETAILS, type FlowParameters } from '../core/synthetic/flow-parameters.js';
import { instrumentFields } from './instrument-fields.js';
import { ConfigError, within } from './run-file/config-error.js';
import { checkConfig } from './run-file/fault-text.js';
import { readText, yamlValue } from './yaml-text.js';

const rate = z.number().min(0);
const steps = z.int().min(1);

const byDistance = z.strictObject({ to: z.array(steps).min(1), values: z.array(rate).min(1) });

const sizes = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('uniform'), mean: z.int().min(1) }),
  z.strictObject({
    kind: z.literal('log-normal'),
    median: z.number().positive(),
    sigma: z.number().min(0),
    roundLots: z.int().min(1).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('table'), lots: z.array(z.int().min(1)).min(1), shares: z.array(rate).min(1) }),
]);

/** What {@link FlowParameters} holds; `flow: 1` is the version of the format. */
const flowSchema = z.strictObject({
  flow: z.literal(1),
  instrument: z.strictObject({
    ...instrumentFields,
    symbol: z.string().min(1),
  }),
  feed: z.strictObject({
    detail: z.enum(FEED_DETAILS),
    everyNs: z.int().min(0).default(0),
    latencyNs: z.int().min(0).default(1e6),
  }),
  startTicks: z.int().min(1),
  stepTicks: z.int().min(1).default(1),
  arrivals: z.strictObject({
    base: z.array(rate).length(ARRIVALS.length),
    kernels: z.array(z.strictObject({ decay: z.number().positive(), branching: z.array(z.array(rate)) })).default([]),
  }),
  marketLots: sizes,
  sweep: z.number().min(0).max(1).default(1),
  placement: byDistance,
  limitLots: z.array(z.strictObject({ to: steps, lots: sizes })).min(1),
  cancelRate: byDistance,
  depth: byDistance,
});

/** As written in a file, before defaults. */
export type FlowFile = z.input<typeof flowSchema>;

/** Reads and checks a file. Throws {@link ConfigError} naming the file and the field, `Error` where it cannot be read. */
export async function readFlowFile(path: string): Promise<FlowParameters> {
  const text = await readText(path, (message, cause) => new Error(message, { cause }));
  const content = yamlValue(text, path, (message, cause) => new ConfigError(message, { cause }));
  return checkFlowFile(content, path);
}

/** Checks what a file holds. `source` stands first in the message of the {@link ConfigError}. */
export function checkFlowFile(content: unknown, source: string): FlowParameters {
  const { flow: _, ...parameters } = checkConfig(flowSchema, content, source);
  within(source, () => checkFlow(parameters));
  return parameters;
}

/** What stands above each field of a written file. */
const COMMENTS: { readonly [field in keyof FlowParameters]: string } = {
  instrument: ' Of the tape that is made.',
  feed: ' How the tape says what happens: orders, levels or quotes; levels gathered over everyNs (0: at once).',
  startTicks: ' Where the first ask stands about.',
  stepTicks:
    ' Prices stand this many ticks apart; distances below are in such steps from the best price of the other side.',
  arrivals: ` A second: ${ARRIVALS.join(', ')}. Of each kernel the rows are brought about by the columns.`,
  marketLots: ' Lots of a market order, and how often they come.',
  sweep: ' Chance that a market order that has emptied a price goes on to the next.',
  placement: ' Share of the limit orders by distance: above the bound before, up to this one.',
  limitLots: ' Lots of a limit order by distance.',
  cancelRate: ' Cancellations a second of an order that stands, by distance.',
  depth: ' Mean lots at each price by distance, with which the book begins.',
};

/** The parameters as YAML that {@link readFlowFile} reads back. `head`: lines of comment at the top. */
export function flowFileText(parameters: FlowParameters, head: readonly string[]): string {
  const document = new Document({ flow: 1 }, { aliasDuplicateObjects: false });
  document.commentBefore = head.map((line) => ` ${line.replace(/\p{Cc}/gu, '\ufffd')}`).join('\n');
  for (const [name, comment] of Object.entries(COMMENTS)) {
    const key = document.createNode(name);
    key.commentBefore = comment;
    document.add(document.createPair(key, parameters[name as keyof FlowParameters]));
  }
  visit(document, {
    // Numbers beside each other, matrices a row a line.
    Seq: (_, list) => {
      list.flow = list.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 120, flowCollectionPadding: false });
}
