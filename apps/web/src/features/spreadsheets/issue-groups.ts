import type { CellIssue, PlanEntry } from '@cmp/shared/changes';

/** Rows with the same thing wrong in the same column. */
export interface IssueGroup {
  column: string;
  code: string;
  accepted: string;
  /** The file's rows, each once, in its order. */
  rows: number[];
  /** What was found, each once, with what may have been meant. */
  found: { text: string; suggestion: string | null }[];
}

/** What is wrong, by column and kind; what is wrong in most rows comes first. */
export function groupIssues(
  entries: readonly PlanEntry[],
  side: 'errors' | 'warnings',
): IssueGroup[] {
  const groups = new Map<string, IssueGroup>();
  for (const entry of entries) {
    for (const issue of entry[side]) {
      const key = `${issue.column} ${issue.code}`;
      const group = groups.get(key) ?? emptyGroup(issue);
      groups.set(key, group);
      addTo(group, issue, entry.fileRow);
    }
  }
  return [...groups.values()].toSorted((a, b) => b.rows.length - a.rows.length);
}

const emptyGroup = ({ column, code, accepted }: CellIssue): IssueGroup => ({
  column,
  code,
  accepted,
  rows: [],
  found: [],
});

function addTo(group: IssueGroup, { found, suggestion }: CellIssue, row: number | null): void {
  if (row !== null && !group.rows.includes(row)) group.rows.push(row);
  if (!group.found.some(({ text }) => text === found))
    group.found.push({ text: found, suggestion });
}
