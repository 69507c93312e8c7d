/**
 * The little box that explains what the pointer or the focus is on: elements with `data-tip`. Knows nothing of what they are.
 * Called by the page's main script.
 */
import { make } from './page-block.js';

export function watchTips(): void {
  const box = make('div', 'tip');
  box.id = 'tip';
  box.setAttribute('role', 'tooltip');
  box.hidden = true;
  document.body.append(box);
  let shown: Element | undefined;
  const hide = () => {
    box.hidden = true;
    shown?.removeAttribute('aria-describedby');
    shown = undefined;
  };
  const show = (event: Event) => {
    const target = event.target instanceof Element ? event.target.closest('[data-tip]') : null;
    if (target === shown) return;
    hide();
    if (target === null) return;
    shown = target;
    target.setAttribute('aria-describedby', 'tip');
    box.textContent = target.getAttribute('data-tip');
    box.hidden = false;
    const at = target.getBoundingClientRect();
    const left = at.left + at.width / 2 - box.offsetWidth / 2;
    const above = at.top - box.offsetHeight - 8;
    box.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${above < 8 ? at.bottom + 8 : above}px`;
  };
  document.addEventListener('pointerover', show);
  document.addEventListener('focusin', show);
  document.addEventListener('focusout', hide);
  document.addEventListener('scroll', hide, { passive: true, capture: true });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
  });
}
