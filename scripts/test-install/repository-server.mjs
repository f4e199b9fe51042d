// Serves the files of a folder at 127.0.0.1: a bare repository as git reads it by plain HTTP, and its releases.
// While there is a file `cut` in the folder, archives end in their middle.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const [folder = '.', port = '8080'] = process.argv.slice(2);
const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = path.join(folder, path.normalize(pathname));
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    response.writeHead(404).end();
    return;
  }
  const { size } = fs.statSync(file);
  const isCut = file.endsWith('.tar.gz') && fs.existsSync(path.join(folder, 'cut'));
  const length = isCut ? Math.floor(size / 2) : size;
  response.writeHead(200, { 'content-length': size, 'content-type': 'application/octet-stream' });
  fs.createReadStream(file, length > 0 ? { end: length - 1 } : {})
    .on('end', () => (isCut ? response.destroy() : response.end()))
    .pipe(response, { end: false });
});
server.listen(Number(port), '127.0.0.1', () => console.log('listening'));
