/**
 * Loads DuckDB, an optional package, when somebody first needs it.
 * Knows nothing of what it is for. Called by the catalogue's questions and the importers of Parquet and SQL.
 */

/** `refuse`: makes the error for where it is not installed; `need` ends its sentence: `… need DuckDB, which …`. */
export async function loadDuckDb(
  refuse: (need: string, cause: unknown) => Error,
): Promise<typeof import('@duckdb/node-api')> {
  try {
    return await import('@duckdb/node-api');
  } catch (cause) {
    throw refuse('need DuckDB, which is not installed: npm install @duckdb/node-api', cause);
  }
}
