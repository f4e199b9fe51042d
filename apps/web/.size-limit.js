import { readdirSync, readFileSync } from 'node:fs';

const assets = `${import.meta.dirname}/dist/assets`;
const files = readdirSync(assets);
const sheets = files.filter((file) => file.endsWith('.css'));

/** What a browser must have before a page shows: its chunk, the entry, and all they import. */
export default [
  {
    name: 'sign-in, first load',
    path: pathsOf(['index', 'sign-in-page']),
    limit: '260 kB',
    gzip: true,
  },
  {
    name: 'overview, first load',
    path: pathsOf(['index', 'panel-layout', 'overview-page']),
    limit: '260 kB',
    gzip: true,
  },
];

function pathsOf(names) {
  const needed = new Set(names.map(chunkNamed));
  for (const chunk of needed) {
    for (const imported of importsOf(chunk)) needed.add(imported);
  }
  return [...needed, ...sheets].map((file) => `dist/assets/${file}`);
}

function chunkNamed(name) {
  const chunk = files.find((file) => file.startsWith(`${name}-`) && file.endsWith('.js'));
  if (!chunk) throw new Error(`No chunk is called ${name}: build first.`);
  return chunk;
}

function importsOf(chunk) {
  const code = readFileSync(`${assets}/${chunk}`, 'utf8');
  return [...code.matchAll(/\b(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)].map(
    ([, file]) => file,
  );
}
