/**
 * Reads the Python literal that heads an npy file: a dict of texts, whole numbers, True, False, None, lists and tuples, and nothing
 * else. Nothing is evaluated. Knows nothing of what it means. Called by npy-header.
 */

/** Lists and tuples are arrays, a dict is a map by its keys. */
export type PythonValue = string | number | boolean | null | readonly PythonValue[] | ReadonlyMap<string, PythonValue>;

/** An npy header has three keys and a list of fields in it. */
const DEEPEST = 8;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/** Throws `RangeError` with the place where the text is no such literal. */
export function readPythonLiteral(text: string): PythonValue {
  const reader = new LiteralReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw this.#fault('its end');
  }

  value(depth: number): PythonValue {
    if (depth > DEEPEST) throw this.#fault('fewer brackets');
    this.#skip();
    const next = this.#text[this.#at];
    if (next === "'" || next === '"') return this.#string(next);
    if (next === '(') return this.#sequence(')', depth);
    if (next === '[') return this.#sequence(']', depth);
    if (next === '{') return this.#dict(depth);
    const word = /[A-Za-z]+|-?\d{1,15}(?!\d)L?/y;
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0];
    if (found === undefined) throw this.#fault('a value');
    const constant = WORDS.get(found);
    if (constant === undefined && /[A-Z]/i.test(found[0]!)) throw this.#fault('a value');
    this.#at += found.length;
    // Python 2 wrote long numbers as 12L.
    return constant === undefined ? Number.parseInt(found, 10) : constant;
  }

  #string(quote: string): string {
    const end = this.#text.indexOf(quote, this.#at + 1);
    const text = end < 0 ? '\\' : this.#text.slice(this.#at + 1, end);
    if (text.includes('\\')) throw this.#fault('a text without a backslash');
    this.#at = end + 1;
    return text;
  }

  #sequence(close: string, depth: number): PythonValue[] {
    const values: PythonValue[] = [];
    this.#at++;
    for (;;) {
      if (this.#take(close)) return values;
      values.push(this.value(depth + 1));
      if (this.#take(',')) continue;
      if (this.#take(close)) return values;
      throw this.#fault(`, or ${close}`);
    }
  }

  #dict(depth: number): Map<string, PythonValue> {
    const entries = new Map<string, PythonValue>();
    this.#at++;
    for (;;) {
      if (this.#take('}')) return entries;
      const key = this.value(depth + 1);
      if (typeof key !== 'string' || entries.has(key)) throw this.#fault('a key of its own, as text');
      if (!this.#take(':')) throw this.#fault(':');
      entries.set(key, this.value(depth + 1));
      if (this.#take(',')) continue;
      if (this.#take('}')) return entries;
      throw this.#fault(', or }');
    }
  }

  #take(letter: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== letter) return false;
    this.#at++;
    return true;
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #fault(expected: string): RangeError {
    const rest = JSON.stringify(this.#text.slice(this.#at, this.#at + 20));
    return new RangeError(`its header has ${rest} at character ${this.#at + 1} where ${expected} was expected`);
  }
}
