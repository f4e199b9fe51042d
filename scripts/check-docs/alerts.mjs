// Whoever is woken by an alert finds a section of its name, by the link that the alert carries.
import fs from 'node:fs';
import path from 'node:path';

const RUNBOOK = 'docs/operations/runbook.md';

/**
 * @param {string} root
 * @param {import('./pages.mjs').Page[]} pages
 * @returns {string[]}
 */
export function faultyAlerts(root, pages) {
  const rules = fs.readFileSync(path.join(root, 'deploy/prometheus/alerts.yml'), 'utf8');
  const alerts = rules.split(/^ {6}- alert: /m).slice(1);
  const runbook = pages.find(({ name }) => name === RUNBOOK);
  if (alerts.length === 0 || !runbook) return ['there are no alerts, or no runbook'];
  const names = alerts.map((text) => text.split('\n')[0] ?? '');
  const headings = [...runbook.prose.matchAll(/^#+ (Cmp\w+)/gm)].map(([, name = '']) => name);
  return [
    ...names
      .filter((name) => !headings.includes(name))
      .map((name) => `${RUNBOOK}: says nothing of ${name}`),
    ...headings
      .filter((name) => !names.includes(name))
      .map((name) => `${RUNBOOK}: there is no alert ${name}`),
    ...alerts
      .filter((text, index) => !text.includes(`${RUNBOOK}#${names[index]?.toLowerCase()}`))
      .map((text) => `alerts.yml: ${text.split('\n')[0]} has no link to its section`),
  ];
}
