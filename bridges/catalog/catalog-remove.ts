/**
 * Takes files out of a catalogue: those of some instruments and of some time. Knows nothing of rows. Called by the command line
 * and by users.
 */
import { Catalog, type CatalogRange } from './catalog.js';
import { withoutUnused } from './catalog-add.js';
import { CatalogChange } from './catalog-change.js';
import { CatalogError } from './catalog-error.js';
import type { CatalogPart } from './catalog-state.js';

/** The files that lie in a range as a whole. Throws {@link CatalogError} for a range that cuts one, and for an empty one. */
export function partsToRemove(catalog: Catalog, range: CatalogRange): CatalogPart[] {
  const { fromNs, toNs } = catalog.limits(range);
  const wanted = catalog.instruments(range);
  const { days, state, folder } = catalog;
  const touched = state.parts.filter((part) => {
    if (!wanted.some(({ venue, symbol }) => venue === part.venue && symbol === part.symbol)) return false;
    const [start, end] = [days.named(part.day).startNs, days.named(part.lastDay).endNs];
    if ((fromNs !== undefined && end <= fromNs) || (toNs !== undefined && start >= toNs)) return false;
    if ((fromNs === undefined || start >= fromNs) && (toNs === undefined || end <= toNs)) return true;
    throw new CatalogError(
      `catalogue ${folder}: ${part.file} holds ${part.day} to ${part.lastDay}, more than the range; name whole files`,
    );
  });
  if (touched.length === 0) throw new CatalogError(`catalogue ${folder}: there is nothing in that range`);
  return touched;
}

/** Takes the files of a range out, all at once; returns what went. Instruments without files are forgotten. */
export function removeFromCatalog(folder: string, range: CatalogRange): CatalogPart[] {
  const change = new CatalogChange(folder);
  const catalog = new Catalog(folder);
  catalog.close();
  try {
    const gone = partsToRemove(catalog, range);
    const files = new Set(gone.map(({ file }) => file));
    change.commit((state) => {
      const there = state?.parts.filter(({ file }) => files.has(file)) ?? [];
      if (there.length < gone.length) {
        throw new CatalogError(`catalogue ${folder}: it was changed meanwhile; look again before you remove`);
      }
      const parts = state!.parts.filter(({ file }) => !files.has(file));
      const used = (venue: string, symbol: string) =>
        parts.some((part) => part.venue === venue && part.symbol === symbol);
      const instruments = state!.instruments.filter(({ venue, symbol }) => used(venue, symbol));
      return withoutUnused({ ...state!, instruments, parts });
    });
    return gone;
  } finally {
    change.end();
  }
}
