/**
 * Four questions and what a run says to them: does it make money, why, how would it die, are the fills believable.
 * In plain sentences with the figures they rest on. Knows nothing of the page. Called by the report.
 */
import { DAY } from '../../core/time.js';
import { countText, durationText, moneyText, ratioText, shareText } from '../figure-text.js';
import { momentsOf } from '../metrics/moments.js';
import type { StrategySummary } from '../summary.js';
import { fillDoubts, queueModels } from './fill-doubts.js';
import type { MarkoutCurve } from './markout-curves.js';
import type { PeriodProfits } from './periods.js';
import type { ProfitPart } from './profit-parts.js';

export type Tone = 'good' | 'bad' | 'doubt' | 'plain';

export interface Answer {
  readonly question: string;
  readonly tone: Tone;
  /** A few words. */
  readonly short: string;
  readonly sentences: readonly string[];
}

/** What the answers rest on. */
export interface Evidence {
  readonly summary: StrategySummary;
  readonly currency: string;
  readonly durationNs: number | null;
  readonly periods: PeriodProfits;
  readonly parts: readonly ProfitPart[];
  readonly markouts: readonly MarkoutCurve[];
  /** Lots ahead when resting orders came to rest: the median. */
  readonly aheadMedian: number | undefined;
  readonly config: unknown;
  /** Profit under other assumptions, where these were tried. */
  readonly stress: readonly { readonly change: string; readonly profit: number | null }[];
}

export function verdictOf(evidence: Evidence): readonly Answer[] {
  return [moneyAnswer(evidence), reasonAnswer(evidence), deathAnswer(evidence), fillsAnswer(evidence)];
}

const withUnit = (amount: number | null, currency: string) =>
  `${moneyText(amount)}${currency === '' ? '' : ` ${currency}`}`;

/** A change of basis points of the value traded. */
const pointsText = (points: number) => `${ratioText(points)} bp`;

function moneyAnswer({ summary, currency, durationNs, periods }: Evidence): Answer {
  const question = 'Does it make money?';
  const { profit, volume, trades } = summary;
  if (trades === 0) return { question, tone: 'plain', short: 'It never traded', sentences: [unsentText(summary)] };
  if (profit === null) {
    const sentences = ['A position is open for which the market never had a price, so its profit is not known.'];
    return { question, tone: 'doubt', short: 'Not known', sentences };
  }
  const time = durationText(durationNs);
  const sentences = [
    `${withUnit(profit, currency)} after fees in ${time} of market time${volume > 0 ? `, ${pointsText((profit / volume) * 1e4)} of the value it traded` : ''}.`,
  ];
  const { count, mean, deviation } = momentsOf(periods.profit);
  const gained = periods.profit.filter((each) => each > 0).length;
  const t = (mean / deviation) * Math.sqrt(count);
  if (count >= 20 && deviation > 0) {
    const sure =
      Math.abs(t) >= 3
        ? 'more than chance would bring'
        : Math.abs(t) >= 2
          ? 'hardly chance alone'
          : 'no more than chance could bring';
    sentences.push(
      `It gained in ${countText(gained)} of ${countText(count)} ${plural(periods.name)}: t = ${ratioText(t)}, ${sure}, if they are independent.`,
    );
  } else sentences.push('Too few periods to tell skill from luck.');
  if ((durationNs ?? 0) < DAY) sentences.push('Less than a day: nothing of it should be scaled up to a year.');
  const unsure = !(count >= 20 && Math.abs(t) >= 2);
  const tone = profit === 0 ? 'plain' : profit < 0 ? 'bad' : unsure ? 'doubt' : 'good';
  const short = profit > 0 ? (unsure ? 'Perhaps' : 'Yes') : profit < 0 ? 'No' : 'Neither gain nor loss';
  return { question, tone, short, sentences };
}

function unsentText({ orders }: StrategySummary): string {
  if (orders.sent === 0) return 'It sent no orders.';
  return `It sent ${countText(orders.sent)} orders, and none of them filled.`;
}

function plural(period: string): string {
  return /^\d/.test(period) ? `periods of ${period}` : `${period}s`;
}

function reasonAnswer({ summary, parts, currency }: Evidence): Answer {
  const question = 'Why?';
  if (parts.length === 0 || summary.trades === 0) {
    return {
      question,
      tone: 'plain',
      short: 'Nothing to explain',
      sentences: ['There is no profit or loss to take apart.'],
    };
  }
  const sorted = [...parts].sort((a, b) => b.amount - a.amount);
  const best = sorted[0]!;
  const worst = sorted[sorted.length - 1]!;
  const sentences: string[] = [];
  if (best.amount > 0) sentences.push(`Most comes from ${best.name}: ${withUnit(best.amount, currency)}.`);
  if (worst.amount < 0) sentences.push(`Most is lost by ${worst.name}: ${withUnit(worst.amount, currency)}.`);
  const { winRate, roundTrips } = summary;
  if (winRate !== null) {
    sentences.push(
      `${shareText(winRate)} of ${countText(roundTrips)} round trip${roundTrips === 1 ? '' : 's'} ended with a gain.`,
    );
  }
  const profit = summary.profit ?? 0;
  const short = profit >= 0 ? WHY_GAIN[best.name]! : WHY_LOSS[worst.name]!;
  const rebate = profit > 0 && profit + summary.fees <= 0;
  if (rebate) sentences.push('Without the rebates it would lose.');
  return { question, tone: rebate ? 'doubt' : 'plain', short, sentences };
}

const WHY_GAIN: Readonly<Record<string, string>> = {
  spread: 'It earns the spread',
  positions: 'Its positions gain',
  trading: 'Its trades gain',
  rebates: 'It lives on rebates',
  fees: 'Nothing much',
  flows: 'It is paid for holding',
};
const WHY_LOSS: Readonly<Record<string, string>> = {
  spread: 'It pays the spread',
  positions: 'The market moves against it',
  trading: 'Its trades lose',
  rebates: 'Nothing much',
  fees: 'Fees eat it',
  flows: 'It pays for holding',
};

function deathAnswer({ summary, currency, stress }: Evidence): Answer {
  const question = 'How would it die?';
  const { profit, drawdown, volume, fees, trades } = summary;
  if (trades === 0)
    return { question, tone: 'plain', short: 'It risked nothing', sentences: ['No position was ever held.'] };
  const sentences: string[] = [];
  if (drawdown.amount > 0) {
    const times = profit !== null && profit > 0 ? `, ${ratioText(drawdown.amount / profit)} times its profit` : '';
    sentences.push(
      `It fell at most ${withUnit(drawdown.amount, currency)} from a peak${times}; longest below one: ${durationText(drawdown.longestNs)}.`,
    );
  } else sentences.push('Profit never fell below an earlier peak, at the samples.');
  if (profit === null || profit <= 0) {
    return {
      question,
      tone: profit === null ? 'doubt' : 'bad',
      short: profit === null ? 'Not known' : 'It already does',
      sentences,
    };
  }
  const spare = volume > 0 ? (profit / volume) * 1e4 : Number.NaN;
  if (Number.isFinite(spare)) {
    sentences.push(`Paying ${pointsText(spare)} more of the value of each trade would leave nothing.`);
  }
  if (fees > 0) sentences.push(`So would fees ${ratioText((profit + fees) / fees)} times as high.`);
  const fatal = stress.filter(({ profit: under }) => under !== null && under <= 0);
  for (const { change, profit: under } of stress)
    sentences.push(`With ${change} it makes ${withUnit(under, currency)}.`);
  const thin = spare < 0.5;
  const short =
    profit + fees <= 0 ? 'By losing its rebates' : thin ? 'By slightly worse prices' : 'By a change of market';
  return { question, tone: fatal.length > 0 || thin || profit + fees <= 0 ? 'doubt' : 'plain', short, sentences };
}

function fillsAnswer({ summary, markouts, aheadMedian, config }: Evidence): Answer {
  const question = 'Are the fills believable?';
  const { makerShare, fillRatio, orders } = summary;
  if (orders.filled === 0)
    return { question, tone: 'plain', short: 'There are none', sentences: [unsentText(summary)] };
  const sentences: string[] = [];
  const models = queueModels(config);
  const line = aheadMedian === undefined ? '' : `, with ${countText(Math.round(aheadMedian))} lots ahead in the median`;
  sentences.push(
    `${shareText(makerShare)} of the value was traded by resting orders${line}; ${shareText(fillRatio)} of the orders filled.`,
  );
  const maker = markouts.find(({ name }) => name === 'maker');
  const start = maker?.points.find(({ horizonNs }) => horizonNs === 0);
  const after = maker?.points.find(({ horizonNs }) => horizonNs === 1e9);
  let tooGood = false;
  if (start !== undefined && after !== undefined && after.fills >= 30) {
    const change = after.mean - start.mean;
    tooGood = change > 2 * Math.hypot(after.error, start.error) && change > 0;
    sentences.push(
      tooGood
        ? `One second after resting orders filled, the market had moved ${pointsText(change)} their way: it is rarely so kind to who waits.`
        : `One second after resting orders filled, the market had moved ${pointsText(-change)} against them, as it does where others choose when to trade.`,
    );
  }
  const doubts = fillDoubts(config);
  sentences.push(...doubts);
  if (models.length > 0) sentences.push(`Queue model: ${models.join(', ')}.`);
  const short = tooGood
    ? 'They look too good'
    : doubts.length === 0
      ? 'Mostly'
      : doubts.length === 1
        ? 'With a grain of salt'
        : 'As an upper bound';
  return { question, tone: tooGood || doubts.length > 1 ? 'doubt' : 'plain', short, sentences };
}
