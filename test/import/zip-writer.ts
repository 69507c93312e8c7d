/** Zip archives put together by hand, right or wrong as wished. Called by the import tests. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface Shape {
  readonly names?: readonly string[];
  /** Instead of the one text, by name. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly method?: number;
  readonly flags?: number;
  readonly wide?: boolean;
  readonly comment?: string;
  readonly crc?: number;
  readonly localName?: string;
}

const u16 = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.from([value & 255, value >> 8])));
const u32 = (...values: number[]) => Buffer.concat(values.map((value) => u16(value & 0xffff, value >>> 16)));
const u64 = (...values: number[]) => Buffer.concat(values.map((value) => u32(value, 0)));

/** A zip archive put together by hand, of the same text under each name. */
export function zip(text: string | Buffer, shape: Shape = {}): Buffer {
  const { names = ['a.csv'], method = 8, flags = 0, wide = false, comment = '' } = shape;
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const name of names) {
    const content = Buffer.from(shape.texts?.[name] ?? text);
    const data = method === 8 ? deflateRawSync(content) : content;
    const crc = shape.crc ?? crc32(content);
    const title = Buffer.from(shape.localName ?? name);
    const sizes = wide ? u32(0xffffffff, 0xffffffff) : u32(data.length, content.length);
    const head = Buffer.concat([u16(20, flags, method, 0, 0), u32(crc), sizes]);
    const local = Buffer.concat([u32(0x04034b50), head, u16(title.length, 0), title, data]);
    const extra = wide ? Buffer.concat([u16(0x7777, 2, 5), u16(1, 24), u64(content.length, data.length, at)]) : '';
    const place = wide ? 0xffffffff : at;
    const tail = Buffer.concat([u16(Buffer.byteLength(name), extra.length, 0, 0, 0), u32(0, place), Buffer.from(name)]);
    centrals.push(Buffer.concat([u32(0x02014b50), u16(20), head, tail, Buffer.from(extra)]));
    locals.push(local);
    at += local.length;
  }
  const central = Buffer.concat(centrals);
  const count = wide ? 0xffff : names.length;
  const end64 = Buffer.concat([
    ...[u32(0x06064b50), u64(44), u16(45, 45), u32(0, 0), u64(names.length, names.length, central.length, at)],
    ...[u32(0x07064b50, 0), u64(at + central.length), u32(1)],
  ]);
  const sizes = wide ? u32(0xffffffff, 0xffffffff) : u32(central.length, at);
  const end = Buffer.concat([
    u32(0x06054b50),
    u16(0, 0, count, count),
    sizes,
    u16(comment.length),
    Buffer.from(comment),
  ]);
  return Buffer.concat([...locals, central, ...(wide ? [end64] : []), end]);
}
