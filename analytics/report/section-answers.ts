/**
 * The top of the page: what ran, whether it failed, who earned what, and the four answers. Called by the page.
 */
import { countText, durationText, moneyText, NO_FIGURE } from '../figure-text.js';
import { failedText } from '../summary.js';
import { escapeHtml, ofStrategy } from './html.js';
import type { Report } from './report.js';
import type { Answer } from './verdict.js';

/** `2024-08-08T23:54:16.298000000Z` → `2024-08-08 23:54:16.298`. */
export function timeText(iso: string | null): string {
  return iso === null ? NO_FIGURE : escapeHtml(iso.slice(0, 23).replace('T', ' '));
}

export function headerHtml({ summary, description }: Report): string {
  const tapes = description.tapes.map(({ path }) => path ?? 'tape in memory').join(', ');
  return `<header><div class="title"><h1>${escapeHtml(summary.strategies.map(({ name }) => name).join(' · '))}</h1>
<span class="pill ${summary.status}">${summary.status}</span></div>
<p class="about">${timeText(summary.start)} to ${timeText(summary.end)} UTC (${durationText(summary.durationNs)}) ·
${countText(summary.rows)} rows of ${escapeHtml(tapes || 'no named tape')} · ${countText(summary.orderEvents)} order events ·
${countText(summary.fills)} fills · run hash <code>${escapeHtml(summary.runHash)}</code></p></header>`;
}

export function failureHtml({ summary, description }: Report): string {
  const { failure } = summary;
  if (failure === undefined) return '';
  return `<section class="alert"><h3>The run stopped before its end</h3>
<p>At ${timeText(failure.time)} UTC ${escapeHtml(failedText(failure))}: ${escapeHtml(failure.message)}</p>
<p>Everything below is what was recorded until then.</p>
<details><summary>Stack</summary><pre>${escapeHtml(description.failure?.stack ?? '')}</pre></details></section>`;
}

/** Who is looked at: one tab a strategy, where there are several. */
export function tabsHtml({ summary }: Report): string {
  const { strategies, currency } = summary;
  if (strategies.length < 2) return '';
  const tabs = strategies.map(
    ({ name, profit }, index) =>
      `<button type="button" role="tab" data-tab="${index}" aria-selected="${index === 0}">${escapeHtml(name)} <b class="${toneOf(profit)}">${signed(profit)}</b></button>`,
  );
  return `<div class="tabs" role="tablist" aria-label="Strategy; profit${currency === '' ? '' : ` in ${escapeHtml(currency)}`}">${tabs.join('')}</div>`;
}

export function answersHtml({ strategies, summary }: Report): string {
  const { currency } = summary;
  return strategies
    .map(({ name, verdict }, index) => {
      const { profit } = summary.strategies[index]!;
      const hero = `<div class="hero"><div class="muted">${escapeHtml(name)}</div>
<div class="profit ${toneOf(profit)}">${signed(profit)}</div>
<div class="muted">profit after fees, ${currency === '' ? 'quote currency' : escapeHtml(currency)}</div></div>`;
      return ofStrategy(
        index,
        `<section class="answers" aria-label="In a minute">${hero}${verdict.map(answerHtml).join('')}</section>`,
      );
    })
    .join('');
}

const SIGNS = { good: '●', bad: '■', doubt: '▲', plain: '○' } as const;

function answerHtml({ question, tone, short, sentences }: Answer): string {
  return `<article class="answer ${tone}"><h3>${escapeHtml(question)}</h3>
<p class="short"><span aria-hidden="true">${SIGNS[tone]}</span> ${escapeHtml(short)}</p>
${sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('')}</article>`;
}

export function toneOf(amount: number | null): string {
  return amount === null || amount === 0 ? '' : amount > 0 ? 'gain' : 'loss';
}

export function signed(amount: number | null): string {
  return amount !== null && amount > 0 ? `+${moneyText(amount)}` : moneyText(amount);
}
