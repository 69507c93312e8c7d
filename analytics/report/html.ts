/**
 * Text into HTML that shows it, and drawings that need no script: bars, curves and cells whose places are shares of the width, so
 * that they fit a phone and a wide screen. Knows nothing of reports. Called by the page's sections.
 *
 * No `style` anywhere: the page's policy forbids it. Colours are classes.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text → HTML that shows it, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

/** JSON → JSON of the same meaning that cannot end a script element or a line of script. */
export function scriptSafe(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What belongs to one strategy: hidden by the script while another one is selected. */
export function ofStrategy(strategy: number, html: string): string {
  return `<div data-strategy="${strategy}">${html}</div>`;
}

/** A share of the width, 0 … 1, as SVG wants it. */
export function share(of: number): string {
  return `${Number((100 * of).toFixed(3))}%`;
}

/** An element that says more when the pointer or the focus is on it. */
export function tip(text: string): string {
  return `data-tip="${escapeHtml(text)}"`;
}

/** A drawing as wide as its place. `label`: what it shows, for who cannot see it. */
export function drawing(height: number, label: string, parts: readonly string[], name = ''): string {
  return `<svg class="drawing ${name}" width="100%" height="${height}" role="img" aria-label="${escapeHtml(label)}">${parts.join('')}</svg>`;
}

/** A chart with its title, and what it shows in a few words. Title and caption are HTML already. */
export function figure(title: string, caption: string, content: string, name = ''): string {
  return `<figure class="${name}"><figcaption>${title}${caption === '' ? '' : ` <span>${caption}</span>`}</figcaption>${content}</figure>`;
}

/** A place for a chart that the script draws. `label`: HTML-safe text for who cannot see it. */
export function plot(kind: string, label: string, more = ''): string {
  return `<div class="plot" data-chart="${kind}" tabindex="0" role="application" aria-label="${label}; arrow keys move the cursor, plus and minus zoom, 0 shows all"${more}></div>`;
}
