/**
 * One line of delimited text → its fields. Quoted fields as in RFC 4180 (`"a ""b"", c"`), except that a field cannot go
 * on over a line end. Knows nothing of columns. Called by the csv importer.
 */

/** Writes the fields of `line` into `fields` and returns how many there are. Throws `RangeError` for a bad quote. */
export function splitFields(line: string, separator: string, fields: string[]): number {
  if (!line.includes('"')) return splitPlain(line, separator, fields);
  let count = 0;
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let text = '';
      let from = at + 1;
      for (;;) {
        const quote = line.indexOf('"', from);
        if (quote < 0) throw new RangeError(`field ${count + 1} opens a quote that is not closed on this line`);
        text += line.slice(from, quote);
        at = quote + 1;
        if (line[at] !== '"') break;
        text += '"';
        from = at + 1;
      }
      if (at < line.length && line[at] !== separator) {
        throw new RangeError(
          `field ${count + 1} goes on after its closing quote: ${JSON.stringify(line.slice(at, at + 20))}`,
        );
      }
      fields[count++] = text;
    } else {
      const next = line.indexOf(separator, at);
      const end = next < 0 ? line.length : next;
      fields[count++] = line.slice(at, end);
      at = end;
    }
    if (at >= line.length) return count;
    at++;
  }
}

function splitPlain(line: string, separator: string, fields: string[]): number {
  let count = 0;
  let at = 0;
  for (;;) {
    const next = line.indexOf(separator, at);
    if (next < 0) {
      fields[count++] = line.slice(at);
      return count;
    }
    fields[count++] = line.slice(at, next);
    at = next + 1;
  }
}
