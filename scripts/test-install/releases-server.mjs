// What a repository serves: /releases/download/vX.Y.Z/FILE, from the folder it is given, at 127.0.0.1:8080.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const folder = process.argv[2] ?? '.';
const server = http.createServer((request, response) => {
  const found = /^\/releases\/download\/(v[\w.-]+\/[\w.+-]+)$/.exec(request.url ?? '');
  const file = path.join(folder, found?.[1] ?? 'none');
  if (!found || !fs.existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  const { size } = fs.statSync(file);
  const isCut = fs.existsSync(path.join(folder, 'cut'));
  response.writeHead(200, { 'content-length': size });
  const end = isCut && file.endsWith('.tar.gz') ? Math.floor(size / 2) : size;
  fs.createReadStream(file, { end: end - 1 })
    .on('end', () => (end < size ? response.destroy() : response.end()))
    .pipe(response, { end: false });
});
server.listen(8080, '127.0.0.1', () => console.log('listening'));
