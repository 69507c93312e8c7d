/**
 * Puts the page of a check to work: tips and colours; its pictures need no script. Knows nothing of what they show.
 * Called by the browser when the page is there; says so with `data-charts` at the root element.
 */
import { watchTheme } from './theme.js';
import { watchTips } from './tips.js';

watchTheme(() => {});
watchTips();
document.documentElement.dataset.charts = '0';
document.documentElement.classList.add('alive');
