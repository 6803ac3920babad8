// Holds an AsyncAPI document against the specification, by AsyncAPI's own parser, and looks whether that notices a
// document that is wrong. usage: node check.mjs FILE
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

// The document is of 3.0, which more tools read than the newest.
const ACCEPTED = new Set(['asyncapi-latest-version']);
const SPOILT = [
  ['#/components/schemas/Result"', '#/components/schemas/Outcome"'],
  ['#/channels/escalate"', '#/channels/ask"'],
  ['address: "', 'adress: "'],
  ['action: "send"', 'action: "publish"'],
  ['bindingVersion: "0.2.0"', 'bindingVersion: "9.0.0"'],
];

async function problemsOf(text) {
  const { document, diagnostics } = await new Parser().parse(text);
  const told = diagnostics.filter(({ code }) => !ACCEPTED.has(code)).map(({ code, message, path, range }) =>
    `${range.start.line + 1}: ${code}: ${message} (${path.join('/')})`);
  return document || told.length > 0 ? told : ['it could not be read'];
}

const text = readFileSync(process.argv[2], 'utf8');
const problems = (await problemsOf(text)).map((problem) => `${process.argv[2]}:${problem}`);
for (const [right, wrong] of SPOILT) {
  const spoilt = text.replace(right, wrong);
  if (spoilt === text) problems.push(`nothing to spoil: ${right}`);
  else if ((await problemsOf(spoilt)).length === 0) problems.push(`not noticed: ${wrong}`);
}
console.log(problems.join('\n') || `${process.argv[2]}: as AsyncAPI's parser wants it`);
process.exit(problems.length > 0 ? 1 : 0);
