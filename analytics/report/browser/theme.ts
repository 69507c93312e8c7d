/**
 * Light or dark: as the system says, until the reader says otherwise. Knows nothing of charts; tells who asked.
 * Called by the page's main script.
 */
import { element } from './page-block.js';

const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
const KEY = 'tickwright-theme';

export function colorOf(name: string): string {
  return getComputedStyle(root).getPropertyValue(`--${name}`).trim();
}

function isDark(): boolean {
  return root.dataset.theme === undefined ? dark.matches : root.dataset.theme === 'dark';
}

/** Browsers may refuse a page from a file any memory; then the choice lasts as long as the page. */
function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // As above.
  }
}

/** Puts the switch to work; `onChange` is called after every change of colours. */
export function watchTheme(onChange: () => void): void {
  const toggle = element('theme');
  const say = () => {
    toggle.textContent = isDark() ? 'Light' : 'Dark';
    toggle.setAttribute('aria-label', `Switch to ${isDark() ? 'light' : 'dark'} colours`);
  };
  const before = remembered();
  if (before === 'light' || before === 'dark') root.dataset.theme = before;
  say();
  toggle.hidden = false;
  toggle.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    remember(root.dataset.theme);
    say();
    onChange();
  });
  dark.addEventListener('change', () => {
    say();
    onChange();
  });
  // Paper is white.
  let chosen: string | undefined;
  addEventListener('beforeprint', () => {
    chosen = root.dataset.theme;
    if (!isDark()) return;
    root.dataset.theme = 'light';
    onChange();
  });
  addEventListener('afterprint', () => {
    if (root.dataset.theme === chosen) return;
    if (chosen === undefined) delete root.dataset.theme;
    else root.dataset.theme = chosen;
    onChange();
  });
}
