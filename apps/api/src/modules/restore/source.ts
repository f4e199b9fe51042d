/** A snapshot's rows, wherever they come from: an archive of ours, or an older portal's file that was converted. */
export interface RestoreSource {
  /** What was altered here later is newer. */
  createdAt: string;
  /** Another installation made it: its ids mean nothing here, and its keys are worked out again. */
  isForeign: boolean;
  tables: readonly SourceTable[];
  /** By sequence: how far it had counted. */
  sequences: Readonly<Record<string, number>>;
  /** Batches of rows, each as one line of JSON under the column names. */
  rows: (table: string) => AsyncIterable<string[]>;
}

export interface SourceTable {
  name: string;
  rows: number;
  columns: readonly string[];
}
