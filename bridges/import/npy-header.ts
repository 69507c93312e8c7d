/**
 * The header of an npy file: which fields its rows have, and how many rows there are.
 * Knows nothing of what fields mean. Called by npy-stream.
 *
 * Source: NumPy, "NEP 1: A simple file format for NumPy arrays" and numpy.lib.format; versions 1.0, 2.0 and 3.0.
 */
import { brief } from './line-fields.js';
import { type PythonValue, readPythonLiteral } from './python-literal.js';

/** One field of a row, or a column of a plain table, whose name is its number then. */
export interface NpyField {
  readonly name: string;
  /** `<f8`, `<i8`, `<u8`. */
  readonly type: string;
  /** Byte at which it begins in a row. */
  readonly offset: number;
}

export interface NpyHeader {
  readonly fields: readonly NpyField[];
  /** True of an array without named fields: a table of numbers of one type. */
  readonly plain: boolean;
  readonly rowBytes: number;
  readonly rows: number;
  /** Bytes of all of the header. */
  readonly bytes: number;
}

const MAGIC = '\u0093NUMPY';
/** Magic, version. */
const FIXED_BYTES = 8;
const LONGEST = 64 * 1024;
const WIDTHS: Readonly<Record<string, number>> = { '<f8': 8, '<i8': 8, '<u8': 8 };

/** The header at the beginning of `bytes`; `undefined` where more bytes are needed. Throws `RangeError` for what is none. */
export function readNpyHeader(bytes: Buffer): NpyHeader | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new RangeError('it does not begin as an npy array does: give .npy files, or .npz files of one array');
  }
  const major = bytes[6]!;
  const minor = bytes[7]!;
  if (!(major >= 1 && major <= 3 && minor === 0)) {
    throw new RangeError(`its npy version is ${major}.${minor}, none of 1.0, 2.0, 3.0`);
  }
  const start = FIXED_BYTES + (major === 1 ? 2 : 4);
  if (bytes.length < start) return undefined;
  const length = major === 1 ? bytes.readUInt16LE(FIXED_BYTES) : bytes.readUInt32LE(FIXED_BYTES);
  if (length > LONGEST) throw new RangeError(`its header has ${length} bytes, more than ${LONGEST}`);
  if (bytes.length < start + length) return undefined;
  const text = bytes.toString(major === 3 ? 'utf8' : 'latin1', start, start + length);
  return { ...headerOf(readPythonLiteral(text)), bytes: start + length };
}

function headerOf(value: PythonValue): Omit<NpyHeader, 'bytes'> {
  if (!(value instanceof Map)) throw new RangeError('its header is no dict');
  const keys = [...value.keys()].sort().join(', ');
  if (keys !== 'descr, fortran_order, shape') {
    throw new RangeError(`its header has the keys ${brief(keys)} where descr, fortran_order, shape were expected`);
  }
  if (value.get('fortran_order') !== false) {
    throw new RangeError('fortran_order is not False: save it with numpy.ascontiguousarray(array)');
  }
  const shape = value.get('shape');
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new RangeError('shape is no tuple of whole numbers');
  }
  const descr = value.get('descr')!;
  return typeof descr === 'string' ? plainTable(descr, shape) : structured(descr, shape);
}

function structured(descr: PythonValue, shape: readonly number[]): Omit<NpyHeader, 'bytes'> {
  if (!Array.isArray(descr) || descr.length === 0) throw new RangeError('descr is neither a type nor a list of fields');
  if (shape.length !== 1) throw new RangeError(`shape has ${shape.length} dimensions where 1 was expected`);
  const fields: NpyField[] = [];
  let offset = 0;
  for (const field of descr) {
    const [name, type] = Array.isArray(field) && field.length === 2 ? field : [];
    if (typeof name !== 'string' || typeof type !== 'string') {
      throw new RangeError('a field of descr is no pair of name and type');
    }
    if (fields.some((known) => known.name === name)) throw new RangeError(`descr has two fields ${brief(name)}`);
    const width = widthOf(type, brief(name));
    fields.push({ name, type, offset });
    offset += width;
  }
  return { fields, plain: false, rowBytes: offset, rows: shape[0]! };
}

function plainTable(type: string, shape: readonly number[]): Omit<NpyHeader, 'bytes'> {
  if (shape.length !== 2 || shape[1] === 0) {
    throw new RangeError(`shape has ${shape.length} dimensions where rows and columns were expected`);
  }
  const [rows, columns] = shape as [number, number];
  const width = widthOf(type, 'the array');
  if (columns > LONGEST) throw new RangeError(`shape has ${columns} columns`);
  const fields = Array.from({ length: columns }, (_, at) => ({ name: String(at), type, offset: at * width }));
  return { fields, plain: true, rowBytes: columns * width, rows };
}

function widthOf(type: string, what: string): number {
  const width = WIDTHS[type];
  if (width !== undefined) return width;
  const hint = type.startsWith('>') ? ': big-endian; save it with array.astype(array.dtype.newbyteorder("<"))' : '';
  throw new RangeError(`the type of ${what} is ${brief(type)}, none of <f8, <i8, <u8${hint}`);
}
