import { writeFileSync } from 'node:fs';
import { Environment } from '#environment.ts';

const heading = `# Every variable the product reads: copy this to .env and take the # from what you set.
# Made from apps/api/src/environment.ts by: node apps/api/src/cli/env-example.ts
`;

/** The text of `.env.example`: each variable with its meaning, and its default where it has one. */
export function envExample(): string {
  const defaults = new Map<string, unknown>(Object.entries(Environment.parse({})));
  const paragraphs = Object.entries(Environment.shape).map(([name, { description }]) => {
    const line = `#${name}=${spelled(defaults.get(name))}\n`;
    // What is not described belongs to the variable above it.
    return description === undefined ? line : `\n${comment(description)}${line}`;
  });
  return heading + paragraphs.join('');
}

function spelled(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return String(value ?? '');
}

const mostColumns = 98;

function comment(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const longer = `${lines[last]} ${word}`;
    if (longer.length > mostColumns) lines.push(` ${word}`);
    else lines[last] = longer;
  }
  return lines.map((line) => `#${line}\n`).join('');
}

if (import.meta.main)
  writeFileSync(new URL('../../../../.env.example', import.meta.url), envExample());
