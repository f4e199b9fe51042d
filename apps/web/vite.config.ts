import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

export default defineConfig({
  plugins: [react(), tailwindcss(), styleFreeSonner(), precompressed()],
  build: { sourcemap: false, target: 'es2022', assetsInlineLimit: 0 },
  server: { port: 5173, proxy: { '/api': 'http://127.0.0.1:3001' } },
});

/** Lays a .br and a .gz beside every text asset once it is written: before that, Vite still alters it. */
function precompressed(): Plugin {
  return {
    name: 'precompressed',
    apply: 'build',
    async writeBundle({ dir = 'dist' }, bundle) {
      const names = Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name));
      for (const name of names) {
        const file = join(dir, name);
        const source = await readFile(file);
        if (source.length < 1024) continue;
        const [brotli, gzipped] = await Promise.all([
          compressBrotli(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
          compressGzip(source, { level: 9 }),
        ]);
        await writeFile(`${file}.br`, brotli);
        await writeFile(`${file}.gz`, gzipped);
      }
    },
  };
}

/** Sonner injects a style element, which our content security policy refuses; styles.css imports its sheet. */
function styleFreeSonner(): Plugin {
  const injection = '__insertCSS("';
  return {
    name: 'style-free-sonner',
    apply: 'build',
    transform(code, id) {
      if (!/sonner\/dist\/index\.mjs$/.test(id)) return;
      if (!code.includes(injection)) this.error('sonner no longer injects its styles this way.');
      return { code: code.replace(injection, 'void ("'), map: null };
    },
  };
}
