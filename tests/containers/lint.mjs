// The Containerfile, by dockerfile-utils, and what must hold of it: no image of ours runs as root, each that serves
// has a health check, and compose.yaml starts what it builds, confined. Argument: deploy/containers.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import yaml from "js-yaml";

const { validate } = createRequire(import.meta.url)("dockerfile-utils");
const folder = process.argv[2];
const text = fs.readFileSync(path.join(folder, "Containerfile"), "utf8");
const problems = validate(text).map((problem) => `line ${problem.range.start.line + 1}: ${problem.message}`);
if (validate("FROM a\nENTRYPOINT [\nHEALTCHECK x\n").length === 0) problems.push("the validator takes everything");

const stages = Object.fromEntries(text.split(/^FROM /m).slice(1).map((stage) => [/ AS (\S+)/.exec(stage)[1], stage]));
for (const [name, stage] of Object.entries(stages)) {
  if (name === "system") continue;
  const users = [...stage.matchAll(/^USER (\S+)/gm)].map((match) => match[1]);
  if (users.at(-1) !== "10001:10001") problems.push(`${name} runs as ${users.at(-1)}`);
  if (name !== "command" && !/^HEALTHCHECK /m.test(stage)) problems.push(`${name} has no health check`);
}
const compose = yaml.load(fs.readFileSync(path.join(folder, "compose.yaml"), "utf8"));
for (const [name, service] of Object.entries(compose.services)) {
  if (!(service.image.replace("biglittle-", "") in stages)) problems.push(`${name}: nobody builds ${service.image}`);
  if (!service.read_only || service.cap_drop?.[0] !== "ALL" || service.user !== "10001:10001") problems.push(`${name} is not confined`);
}
console.log(problems.join("\n") || `${Object.keys(stages).length} stages, ${Object.keys(compose.services).length} services`);
process.exit(problems.length > 0 ? 1 : 0);
