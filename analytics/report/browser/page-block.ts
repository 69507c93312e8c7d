/**
 * The data block of the page, and its columns as the script wants them. Knows nothing of what is done with them.
 * Called by all other parts of the page's script. (These files run in the browser; see ../page.ts.)
 */
import type { CurveData, Packed, PageData } from '../page-data.js';

export const page = JSON.parse(element('report-data').textContent ?? '') as PageData;

export type Values = (number | null)[];

/** Numbers of a packed column; `null` = none. */
export function unpack({ scale, steps }: Packed): Values {
  let sum = 0;
  return steps.map((step) => {
    if (step === null) return null;
    sum += step;
    return sum / scale;
  });
}

/** A curve as times (ms since 1970) and values. */
export function unpackCurve({ time, value }: CurveData): [number[], Values] {
  return [unpack(time).map((ms) => ms! + page.originMs), unpack(value)];
}

export function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}

/** A new element with text (never HTML) and class. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = '',
  text = '',
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  if (text !== '') made.textContent = text;
  return made;
}

/** A new SVG element with attributes (never a `style`, which the page's policy forbids). */
export function draw<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number>>,
  text = '',
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== '') made.textContent = text;
  return made;
}
