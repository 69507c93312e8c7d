/**
 * Puts the page to work: selections, charts, lists, tips, colours. Knows nothing of how any of them works.
 * Called by the browser when the page is there; says so with `data-charts` at the root element.
 */
import { candleText } from './candles.js';
import { Charts, type View } from './charts.js';
import { showOrders } from './orders.js';
import { element, page } from './page-block.js';
import { watchTheme } from './theme.js';
import { watchTips } from './tips.js';
import { showTrades } from './trades.js';

const view: View = { strategy: 0, pair: -1, rolling: 'profit' };
const pairs = element('pair') as HTMLSelectElement;
const rolling = element('rolling') as HTMLSelectElement;
const status = element('range');
let pickOrder: (id: number) => boolean = () => false;

/** The selected strategy's pairs, the one that was selected if it is among them. */
function offerPairs(): void {
  const own = page.pairs.flatMap((pair, index) => (pair.strategy === view.strategy ? [index] : []));
  pairs.replaceChildren(
    ...own.map(
      (index) => new Option(page.symbols[page.pairs[index]!.instrument]!, String(index), false, index === own[0]),
    ),
  );
  element('pair-choice').hidden = own.length < 2;
  view.pair = own[0] ?? -1;
  sayDrawn();
}

/** What the candles are, and where not all fills are drawn, how many. */
function sayDrawn(): void {
  const pair = page.pairs[view.pair];
  const drawn = pair === undefined ? 0 : pair.buys.time.steps.length + pair.sells.time.steps.length;
  const all = pair?.fills ?? 0;
  element('candles').textContent = candleText((pair && page.candles[pair.instrument]) ?? null);
  element('drawn').textContent =
    drawn < all
      ? `(${drawn.toLocaleString('en-US')} of ${all.toLocaleString('en-US')} fills drawn: first, lowest, highest and last of each slice of time)`
      : '';
}

function showStrategy(strategy: number): void {
  view.strategy = strategy;
  for (const part of document.querySelectorAll<HTMLElement>('[data-strategy]')) {
    part.hidden = Number(part.dataset.strategy) !== strategy;
  }
  for (const tab of document.querySelectorAll<HTMLElement>('[role=tab]')) {
    const chosen = Number(tab.dataset.tab) === strategy;
    tab.setAttribute('aria-selected', String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  offerPairs();
  showTrades(element('trades-list'), strategy);
  pickOrder = showOrders(element('orders-list'), element('journey'), strategy);
}

function watchTabs(charts: Charts): void {
  const tabs = [...document.querySelectorAll<HTMLElement>('[role=tab]')];
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => {
      showStrategy(index);
      charts.show(view, false);
    });
    tab.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (step === 0) return;
      const next = tabs[(index + step + tabs.length) % tabs.length]!;
      next.focus();
      next.click();
      event.preventDefault();
    });
  }
}

function goToOrder(id: number): void {
  if (!pickOrder(id)) {
    status.textContent = `Order ${id} is not among those listed; tickwright report DIR --order ${id} writes its journey.`;
    return;
  }
  element('orders').scrollIntoView({ behavior: 'smooth' });
}

showStrategy(0);
const charts = new Charts(view, goToOrder, (text) => {
  status.textContent = text;
});
watchTabs(charts);
pairs.addEventListener('change', () => {
  view.pair = Number(pairs.value);
  sayDrawn();
  charts.show(view, false);
});
rolling.addEventListener('change', () => {
  view.rolling = rolling.value as View['rolling'];
  charts.show(view, false);
});
for (const tool of document.querySelectorAll<HTMLElement>('[data-zoom]')) {
  tool.addEventListener('click', () => charts.zoom(tool.dataset.zoom!));
}
watchTheme(() => charts.show(view));
watchTips();
document.documentElement.classList.add('alive');
