/**
 * A list of many rows: sorted by a click on a head, filtered by a word, a choice or a comparison, a page at a time. Knows nothing
 * of what the rows are. Called by the page's lists of trades and orders.
 */
import { make } from './page-block.js';

export interface ListColumn {
  readonly title: string;
  /** What the column holds, shown at its head. */
  readonly tip: string;
  /** What rows are sorted and compared by. */
  readonly key: (row: number) => number | string | null;
  readonly text: (row: number) => string;
  /** Numbers are set to the right and filtered by comparisons, in this unit; words by what they contain, or by choice. */
  readonly form: 'number' | 'word' | 'choice';
  readonly tone?: (row: number) => string;
}

export interface ListOptions {
  /** What the rows are called, as in `5 of 20 trades`. */
  readonly noun: string;
  readonly columns: readonly ListColumn[];
  readonly rows: readonly number[];
  readonly sortedBy: number;
  readonly descending: boolean;
  /** A row was chosen, by click, Enter or Space. */
  readonly onPick?: (row: number) => void;
}

const PAGE_ROWS = 15;

/** `>5`, `<=-3`, `2..7` or `5`; `undefined` for what is none of these. */
export function comparison(text: string): ((value: number) => boolean) | undefined {
  const plain = text.replace(/[\s,]/g, '').replace(/−/g, '-');
  const range = /^(-?[\d.]+)\.\.(-?[\d.]+)$/.exec(plain);
  if (range !== null) {
    const [low, high] = [Number(range[1]), Number(range[2])];
    return (value) => value >= low && value <= high;
  }
  const parts = /^(>=|<=|>|<|=)?(-?\d*\.?\d+(?:e-?\d+)?)$/i.exec(plain);
  if (parts === null) return undefined;
  const limit = Number(parts[2]);
  if (parts[1] === '>') return (value) => value > limit;
  if (parts[1] === '>=') return (value) => value >= limit;
  if (parts[1] === '<') return (value) => value < limit;
  if (parts[1] === '<=') return (value) => value <= limit;
  return (value) => value === limit;
}

export class List {
  readonly #options: ListOptions;
  readonly #body = make('tbody');
  readonly #count = make('span', 'count');
  readonly #heads: HTMLTableCellElement[] = [];
  readonly #filters: (HTMLInputElement | HTMLSelectElement)[] = [];
  readonly #pagers: HTMLButtonElement[] = [];
  #sortedBy: number;
  #descending: boolean;
  #shown: number[] = [];
  #first = 0;
  #picked = -1;

  constructor(place: HTMLElement, options: ListOptions) {
    this.#options = options;
    this.#sortedBy = options.sortedBy;
    this.#descending = options.descending;
    const table = make('table', 'list');
    const head = make('thead');
    head.append(this.#headRow(), this.#filterRow());
    table.append(head, this.#body);
    const scroll = make('div', 'scroll');
    scroll.append(table);
    place.replaceChildren(scroll, this.#footer());
    this.#body.addEventListener('click', (event) => this.#pickAt(event));
    this.#body.addEventListener('keydown', (event) => this.#onKey(event));
    this.#refresh();
  }

  /** Goes to a row and chooses it; false where the list does not have it. */
  pick(row: number): boolean {
    if (!this.#options.rows.includes(row)) return false;
    if (!this.#shown.includes(row)) {
      for (const filter of this.#filters) filter.value = '';
      this.#refresh();
    }
    this.#first = Math.floor(this.#shown.indexOf(row) / PAGE_ROWS) * PAGE_ROWS;
    this.#picked = row;
    this.#drawRows();
    this.#options.onPick?.(row);
    return true;
  }

  #headRow(): HTMLTableRowElement {
    const row = make('tr');
    for (const [index, { title, tip, form }] of this.#options.columns.entries()) {
      const cell = make('th', form === 'number' ? 'number' : '');
      cell.scope = 'col';
      const button = make('button', 'sort', title);
      button.type = 'button';
      button.dataset.tip = `${tip} Click to sort.`;
      button.addEventListener('click', () => {
        this.#descending = this.#sortedBy === index ? !this.#descending : form === 'number';
        this.#sortedBy = index;
        this.#refresh();
      });
      cell.append(button);
      row.append(cell);
      this.#heads.push(cell);
    }
    return row;
  }

  #filterRow(): HTMLTableRowElement {
    const row = make('tr', 'filters');
    for (const column of this.#options.columns) {
      const cell = make('td');
      const filter = column.form === 'choice' ? choiceOf(column, this.#options.rows) : make('input');
      if (filter instanceof HTMLInputElement) {
        filter.type = 'text';
        filter.placeholder = column.form === 'number' ? '> <' : 'contains';
        if (column.form === 'number') filter.title = 'As in > 5, <= -3, 2..7';
      }
      filter.setAttribute('aria-label', `Filter by ${column.title}`);
      filter.addEventListener('input', () => this.#refresh());
      cell.append(filter);
      row.append(cell);
      this.#filters.push(filter);
    }
    return row;
  }

  #footer(): HTMLElement {
    const foot = make('div', 'pager');
    this.#count.setAttribute('aria-live', 'polite');
    foot.append(this.#count);
    const steps: [string, string, () => number][] = [
      ['«', 'First page', () => 0],
      ['‹', 'Page before', () => this.#first - PAGE_ROWS],
      ['›', 'Next page', () => this.#first + PAGE_ROWS],
      ['»', 'Last page', () => Math.floor((this.#shown.length - 1) / PAGE_ROWS) * PAGE_ROWS],
    ];
    for (const [sign, label, to] of steps) {
      const button = make('button', 'tool', sign);
      button.type = 'button';
      button.setAttribute('aria-label', label);
      button.addEventListener('click', () => {
        this.#first = Math.max(0, to());
        this.#drawRows();
      });
      foot.append(button);
      this.#pagers.push(button);
    }
    return foot;
  }

  #refresh(): void {
    const { columns, rows } = this.#options;
    const tests = this.#filters
      .map((filter, index) => testOf(columns[index]!, filter))
      .filter((test) => test !== undefined);
    const { key } = columns[this.#sortedBy]!;
    const way = this.#descending ? -1 : 1;
    this.#shown = rows.filter((row) => tests.every((test) => test(row)));
    this.#shown.sort((a, b) => compare(key(a), key(b), way) || a - b);
    this.#first = 0;
    this.#drawRows();
  }

  #drawRows(): void {
    const { columns, rows, noun, onPick } = this.#options;
    for (const [index, head] of this.#heads.entries()) {
      const order = index !== this.#sortedBy ? 'none' : this.#descending ? 'descending' : 'ascending';
      head.setAttribute('aria-sort', order);
    }
    const page = this.#shown.slice(this.#first, this.#first + PAGE_ROWS);
    this.#body.replaceChildren(
      ...page.map((row) => {
        const line = make('tr');
        line.dataset.row = String(row);
        if (onPick !== undefined) {
          line.tabIndex = 0;
          line.setAttribute('aria-selected', String(row === this.#picked));
        }
        for (const { text, form, tone } of columns) {
          const cell = make('td', [form === 'number' ? 'number' : '', tone?.(row) ?? ''].join(' ').trim(), text(row));
          line.append(cell);
        }
        return line;
      }),
    );
    const total = this.#shown.length;
    const last = Math.min(total, this.#first + PAGE_ROWS);
    const of = total === rows.length ? '' : ` (of ${rows.length.toLocaleString('en-US')})`;
    this.#count.textContent =
      total === 0
        ? `no ${noun}${of}`
        : `${(this.#first + 1).toLocaleString('en-US')}–${last.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${noun}${of}`;
    const [first, before, next, end] = this.#pagers as [
      HTMLButtonElement,
      HTMLButtonElement,
      HTMLButtonElement,
      HTMLButtonElement,
    ];
    first.disabled = before.disabled = this.#first === 0;
    next.disabled = end.disabled = last >= total;
  }

  #pickAt(event: Event): void {
    const line = event.target instanceof Element ? event.target.closest<HTMLElement>('tr[data-row]') : null;
    if (line === null || this.#options.onPick === undefined) return;
    this.#picked = Number(line.dataset.row);
    for (const each of this.#body.children) each.setAttribute('aria-selected', String(each === line));
    this.#options.onPick(this.#picked);
  }

  #onKey(event: KeyboardEvent): void {
    const line = event.target as HTMLElement;
    if (event.key === 'Enter' || event.key === ' ') this.#pickAt(event);
    else if (event.key === 'ArrowDown') (line.nextElementSibling as HTMLElement | null)?.focus();
    else if (event.key === 'ArrowUp') (line.previousElementSibling as HTMLElement | null)?.focus();
    else return;
    event.preventDefault();
  }
}

function choiceOf({ text }: ListColumn, rows: readonly number[]): HTMLSelectElement {
  const select = make('select');
  select.append(new Option('all', ''));
  for (const each of [...new Set(rows.map(text))].sort()) select.append(new Option(each, each));
  return select;
}

function testOf(
  column: ListColumn,
  filter: HTMLInputElement | HTMLSelectElement,
): ((row: number) => boolean) | undefined {
  const wanted = filter.value.trim();
  filter.classList.remove('unclear');
  if (wanted === '') return undefined;
  if (column.form === 'choice') return (row) => column.text(row) === wanted;
  if (column.form === 'word') {
    const part = wanted.toLowerCase();
    return (row) => column.text(row).toLowerCase().includes(part);
  }
  const holds = comparison(wanted);
  if (holds === undefined) {
    filter.classList.add('unclear');
    return undefined;
  }
  return (row) => {
    const value = column.key(row);
    return typeof value === 'number' && holds(value);
  };
}

/** What there is none of comes last, whichever way. */
function compare(a: number | string | null, b: number | string | null, way: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a < b ? -way : a > b ? way : 0;
}
