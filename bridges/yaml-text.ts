/**
 * What a YAML text means (JSON is YAML), and the text of a file that a user named. Knows nothing of what is in it; whose error it is when
 * something is wrong, the caller says. Called by the readers of run files, mappings, flow files and matrices.
 */
import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';

/** Makes the caller's own error of a message, which begins with the path. */
export type Refusal = (message: string, cause: unknown) => Error;

/** Throws what `refuse` makes where there is no such file, or it may not be read. `path` is read, and named unless `shown` is. */
export async function readText(path: string, refuse: Refusal, shown = path): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const texts: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'is a folder, not a file',
      EACCES: 'it may not be read (no permission)',
    };
    throw refuse(`${shown}: ${texts[code ?? ''] ?? message}`, cause);
  }
}

/** Throws what `refuse` makes, with line and column. */
export function yamlValue(text: string, path: string, refuse: Refusal): unknown {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  // What is only doubtful, such as an unknown tag, is refused as well: it may not mean what was meant.
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    const before = text.slice(0, fault.pos[0]).split('\n');
    const place = `${path}:${before.length}:${before.at(-1)!.length + 1}`;
    throw refuse(`${place}: is not valid YAML: ${fault.message}`, fault);
  }
  try {
    return document.toJS();
  } catch (cause) {
    // An alias of nothing, or one that unfolds without end.
    throw refuse(`${path}: is not valid YAML: ${(cause as Error).message}`, cause);
  }
}
