// Bundles the page into a folder: index.html, app.js, app.css. usage: node build.mjs [FOLDER]
// One classic script, since Mosquitto's http_dir names no content types and browsers then take no modules.
import { build } from 'esbuild';
import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(here, '../build/dashboard'));

await mkdir(folder, { recursive: true });
await build({
  entryPoints: [path.join(here, 'src/main.ts')],
  outfile: path.join(folder, 'app.js'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2022'],
  legalComments: 'eof',
  logLevel: 'warning',
});
await cp(path.join(here, 'src/index.html'), path.join(folder, 'index.html'));

let total = 0;
for (const name of ['index.html', 'app.js', 'app.css']) {
  const file = path.join(folder, name);
  const packed = await promisify(gzip)(await readFile(file));
  total += packed.length;
  console.log(`${name}: ${(await stat(file)).size} bytes, ${packed.length} compressed`);
}
console.log(`${folder}: ${Math.round(total / 1000)} kB compressed`);
