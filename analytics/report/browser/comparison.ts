/**
 * Puts the page of a comparison to work: charts, tips, colours. Knows nothing of how any of them works.
 * Called by the browser when the page is there; says so with `data-charts` at the root element.
 */
import { Charts } from './charts.js';
import { element } from './page-block.js';
import { watchTheme } from './theme.js';
import { watchTips } from './tips.js';

const view = { strategy: 0, pair: -1, rolling: 'profit' } as const;
const charts = new Charts(
  view,
  () => {},
  (text) => {
    element('range').textContent = text;
  },
);
for (const tool of document.querySelectorAll<HTMLElement>('[data-zoom]')) {
  tool.addEventListener('click', () => charts.zoom(tool.dataset.zoom!));
}
watchTheme(() => charts.show(view));
watchTips();
document.documentElement.classList.add('alive');
