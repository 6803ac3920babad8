import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(path.join(folder, entry.name)) : [path.join(folder, entry.name)]);
}

// What strangers send is never markup, and never code.
test('no source makes markup or code of a text', () => {
  const files = filesUnder('src').filter((file) => file.endsWith('.ts'));
  assert.ok(files.length > 20);
  for (const file of files) {
    assert.doesNotMatch(readFileSync(file, 'utf8'), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc/, file);
  }
});

test('the page’s policy allows nothing inline and nothing from elsewhere', () => {
  const page = readFileSync('src/index.html', 'utf8');
  assert.match(page, /default-src 'none'; script-src 'self'; style-src 'self'/);
  assert.match(page, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(page, /unsafe|<script>|<style| style=| on\w+=/);
});
