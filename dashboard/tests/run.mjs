// Bundles a suite of tests and runs it by node's own runner. usage: node tests/run.mjs unit|browser|soak [PART OF A NAME]
// The bundles lie in node_modules, where what they import is found.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const suite = process.argv[2] ?? 'unit';
const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, '../node_modules/.tests', suite);
const files = readdirSync(path.join(here, suite)).filter((name) => name.endsWith('.test.ts') && name.includes(process.argv[3] ?? ''));

rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: files.map((name) => path.join(here, suite, name)),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const bundles = files.map((name) => path.join(out, name.replace(/\.ts$/, '.mjs')));
// One after the other: each wants the whole machine. (Node 18 knows no flag for it.)
let status = 0;
for (const bundle of bundles) {
  const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', bundle], { stdio: 'inherit' });
  status ||= run.status ?? 1;
}
process.exit(status);
