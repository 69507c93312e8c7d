/** The door of `tickwright/bridges`: re-exports only. */

export { type BinanceArchiveOptions, importBinanceArchive } from './import/binance-archive.js';
export * from './import/binance-capture.js';
export * from './import/csv.js';
export * from './import/csv-mapping.js';
export { type DatabentoOptions, importDatabento } from './import/databento.js';
export type { OffTickPrints } from './import/dbn-trade.js';
export { type HftbacktestOptions, importHftbacktest } from './import/hftbacktest.js';
export { ImportError, type ImportProgress, type InputFact, type OnProgress } from './import/input-file.js';
export { type ItchOptions, importItch } from './import/itch.js';
export { importLean, type LeanOptions } from './import/lean.js';
export * from './import/lobster.js';
export type { ImportedTape, RowKeeping } from './import/row-collector.js';
export { removeLeftovers, Scratch } from './import/rows/scratch.js';
export { importTardis, type TardisOptions } from './import/tardis.js';
export { readTardisInstruments, type TardisTable } from './import/tardis-instruments.js';
export type { TardisKind } from './import/tardis-kind.js';
export * from './plugin-loader.js';
export * from './run-file/config-error.js';
export * from './run-file/prepare.js';
export * from './run-file/read.js';
export { type RunConfig, type RunInput, runSchema } from './run-file/schema.js';
export * from './run-folder.js';
export * from './tape/tape-error.js';
export * from './tape/tape-file.js';
export * from './tape/tape-writer.js';
