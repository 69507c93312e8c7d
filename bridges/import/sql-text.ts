/**
 * What a text of SQL would do, told from its syntax tree before it is run: that it is one SELECT, which files it reads, and which
 * columns it speaks of. Knows nothing of rows. Called by sql.
 *
 * A SELECT can write (`from enable_logging(storage = 'file', …)` does), and preparing an EXPORT makes its folder; so functions that
 * stand for tables are those listed here, and what is no SELECT does not get further than its text. The tree is what
 * `json_serialize_sql` gives, which parses and does nothing else.
 */
import { ImportError } from './input-file.js';

/** Functions that read files, named by their first argument. */
const READERS: ReadonlySet<string> = new Set([
  ...['read_parquet', 'parquet_scan', 'read_csv', 'read_csv_auto'],
  ...['read_json', 'read_json_auto', 'read_ndjson', 'read_ndjson_auto'],
]);
/** Functions that stand for tables and touch nothing. */
const HARMLESS: ReadonlySet<string> = new Set(['range', 'generate_series', 'unnest', 'repeat']);
/** What names a file by itself: `from 'x.parquet'`. */
const FILE_NAME = /\.(?:parquet|csv|tsv|json|jsonl|ndjson)(?:\.gz|\.zst)?$/i;

/** What the tree says. */
export interface SqlReading {
  /** Names and patterns of files, as they stand in the SQL. */
  readonly files: readonly string[];
  /** True where the query may use a column of this name. */
  readonly mayUse: (column: string) => boolean;
}

type Node = Readonly<Record<string, unknown>>;

/**
 * `tree`: the answer of `json_serialize_sql`. Throws {@link ImportError} for what is not one SELECT, or reads what cannot be told
 * from its text.
 */
export function readSql(tree: unknown, sql: string): SqlReading {
  const { error, error_message: message, position, statements } = tree as Node;
  if (error === true) {
    if (/^only select/i.test(String(message))) throw new ImportError('sql: is no SELECT, and nothing else is run');
    const at = position === undefined ? '' : ` (at: ${sql.slice(Number(position)).trim().slice(0, 60)})`;
    throw new ImportError(`sql: ${message}${at}`);
  }
  const count = (statements as readonly Node[]).length;
  if (count !== 1) throw new ImportError(`sql: has ${count} statements where one SELECT was expected`);
  const reading = new Reading();
  reading.visit((statements as readonly Node[])[0]);
  return reading.result();
}

class Reading {
  readonly #files = new Set<string>();
  /** All texts of the tree but new names; columns that the query uses are among them. */
  readonly #words = new Set<string>();
  /** What is read without a call: files, or queries of the same text. */
  readonly #named: string[] = [];
  readonly #queries = new Set<string>();
  /** Where one of these is used as a column, it is the whole row. */
  readonly #tables = new Set<string>();
  readonly #columns = new Set<string>();
  #all = false;

  visit(value: unknown): void {
    if (typeof value === 'string') this.#words.add(value.toLowerCase());
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (node.type === 'TABLE_FUNCTION') this.#function(node.function as Node, String(node.alias));
    if (node.type === 'BASE_TABLE') this.#table(node);
    if (node.type === 'COLUMN_REF') this.#columns.add(String((node.column_names as string[]).at(-1)).toLowerCase());
    if (namesNoColumn(node)) this.#all = true;
    if (typeof node.key === 'string' && typeof node.value === 'object') this.#queries.add(node.key.toLowerCase());
    for (const [key, part] of Object.entries(node)) if (key !== 'alias') this.visit(part);
  }

  #function(call: Node, alias: string): void {
    const name = String(call.function_name).toLowerCase();
    for (const text of [name, alias]) this.#tables.add(text.toLowerCase());
    if (HARMLESS.has(name)) return;
    if (!READERS.has(name)) {
      throw new ImportError(`sql: reads from ${name}(…), which is none of ${[...READERS, ...HARMLESS].join(', ')}`);
    }
    const names = constants((call.children as readonly Node[])[0]);
    if (names === undefined) {
      throw new ImportError(
        `sql: the files of ${name}(…) must be named by a text or a list of texts: ['a.parquet', 'b.parquet']`,
      );
    }
    for (const file of names) this.#files.add(file);
  }

  #table({ table_name: name, schema_name: schema, alias }: Node): void {
    for (const text of [name, alias, stemOf(String(name))]) this.#tables.add(String(text).toLowerCase());
    this.#named.push(schema === '' ? String(name) : `${schema}.${name}`);
  }

  result(): SqlReading {
    for (const name of this.#named) {
      if (this.#queries.has(name.toLowerCase())) continue;
      if (!FILE_NAME.test(name)) {
        throw new ImportError(
          `sql: reads from ${JSON.stringify(name)}, which is no file of Parquet, CSV or JSON by its name; ` +
            `read_parquet('…'), read_csv('…') and read_json('…') take any name`,
        );
      }
      this.#files.add(name);
    }
    const all = this.#all || [...this.#columns].some((column) => this.#tables.has(column));
    const words = this.#words;
    return { files: [...this.#files], mayUse: (column) => all || words.has(column.toLowerCase()) };
  }
}

/** `*`, `#1`, `from x as t(a, b)`. */
function namesNoColumn({ type, column_name_alias: renamed }: Node): boolean {
  return type === 'STAR' || type === 'POSITIONAL_REFERENCE' || (Array.isArray(renamed) && renamed.length > 0);
}

/** `trades` of `data/trades.parquet`. */
function stemOf(name: string): string {
  return /([^/\\]*?)(?:\.[^/\\]*)?$/.exec(name)![1]!;
}

/** The texts of a constant or of a list of them. */
function constants(node: Node | undefined): string[] | undefined {
  if (node?.class === 'CONSTANT') {
    const { type, value } = node.value as { type?: Node; value?: unknown };
    return type?.id === 'VARCHAR' && typeof value === 'string' ? [value] : undefined;
  }
  if (node?.class !== 'FUNCTION' || node.function_name !== 'list_value') return undefined;
  const lists = (node.children as readonly Node[]).map(constants);
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
}
