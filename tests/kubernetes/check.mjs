// The manifests of every fleet file in config/, as `biglittle deploy export kubernetes` renders them: against
// Kubernetes' published schemas (kubernetes-models is generated from its OpenAPI document, KEDA's from its CRDs),
// against what must hold between them, and their scripts run. Kustomize puts them together where kubectl is there.
// What no schema says and only a cluster tells is not tested. Arguments: the built biglittle, the source tree.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import yaml from "js-yaml";

const [program, home] = process.argv.slice(2).map((word) => path.resolve(word));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubernetes-"));
const env = { ...process.env, BIGLITTLE_HOME: home };
let problems = 0;
const say = (text) => { problems += 1; console.log(text); };
const expect = (holds, text) => { if (!holds) say(text); };
const run = (...words) => execFileSync(program, words, { cwd: folder, env, encoding: "utf8", stdio: "pipe" });

async function kindOf(document) {
  const [group, version] = document.apiVersion.includes("/") ? document.apiVersion.split("/") : ["", document.apiVersion];
  const base = group.endsWith("keda.sh") ? "@kubernetes-models/keda" : "kubernetes-models";
  const place = group ? `${group}/${version}` : version;
  const found = await import(`${base}/${place}/${document.kind}`);
  return found[document.kind];
}

async function validate(document) {
  const Kind = await kindOf(document);
  // Kustomize breaks base64 into lines, which Kubernetes takes.
  if (document.kind === "Secret") {
    document.data = Object.fromEntries(Object.entries(document.data).map(([key, text]) => [key, text.replace(/\s/g, "")]));
  }
  new Kind(document).validate();
}

const podOf = (document) => document.spec?.template?.spec;
const containersOf = (pod) => [...(pod.initContainers ?? []), ...pod.containers];

// What a schema does not say.
function checkPod(name, document, names) {
  const pod = podOf(document);
  const labels = document.spec.template.metadata.labels;
  for (const [key, value] of Object.entries(document.spec.selector.matchLabels)) {
    expect(labels[key] === value, `${name}: its selector does not take its own pods`);
  }
  expect(pod.securityContext.runAsNonRoot === true, `${name}: may run as root`);
  expect(pod.automountServiceAccountToken === false, `${name}: has a token that it does not need`);
  for (const container of containersOf(pod)) {
    const context = container.securityContext;
    expect(context.readOnlyRootFilesystem && !context.allowPrivilegeEscalation && context.capabilities.drop[0] === "ALL",
      `${name}: ${container.name} may do more than it needs`);
    expect(container.resources?.requests?.cpu && container.resources?.limits?.memory, `${name}: ${container.name} has no bounds`);
    for (const mount of container.volumeMounts) {
      const known = [...(pod.volumes ?? []), ...(document.spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata)];
      expect(known.some((volume) => volume.name === mount.name), `${name}: there is no volume ${mount.name}`);
    }
  }
  for (const container of pod.containers) {
    expect(container.readinessProbe && container.livenessProbe, `${name}: ${container.name} has no probes`);
  }
  for (const volume of pod.volumes ?? []) {
    const wanted = volume.secret?.secretName ?? volume.configMap?.name;
    expect(!wanted || names.has(wanted), `${name}: nothing makes ${wanted}`);
  }
}

// Which worker each pod runs, by running its command without the program.
function checkIds(document, ids) {
  const container = podOf(document).containers[0];
  const script = container.command[2].replace("exec cloud_worker", "echo");
  const told = Array.from({ length: document.spec.replicas }, (_, pod) =>
    spawnSync("sh", ["-c", script], { encoding: "utf8", env: { HOSTNAME: `${document.metadata.name}-${pod}` } })
      .stdout.trim().split(" ").pop());
  expect(told.every((id) => ids.includes(id)) && new Set(told).size === told.length,
    `${document.metadata.name}: its pods run ${told}`);
  return told;
}

async function checkFleet(file) {
  const name = path.basename(file, ".yaml");
  const out = path.join(folder, name);
  const said = spawnSync(program, ["deploy", "export", "kubernetes", file, "--out", out], { cwd: folder, env, encoding: "utf8" });
  if (said.status !== 0) return say(`${name}: ${said.stderr}`);
  const whole = path.join(out, "fleet");
  const kustomization = yaml.load(fs.readFileSync(path.join(whole, "kustomization.yaml"), "utf8"));
  const generated = [...kustomization.configMapGenerator, ...(kustomization.secretGenerator ?? [])];
  const names = new Set(generated.map((entry) => entry.name));
  for (const entry of generated) {
    for (const pair of entry.files) {
      const source = path.join(whole, pair.split("=")[1]);
      expect(fs.existsSync(source), `${name}: there is no ${source}`);
      const mode = fs.statSync(source).mode & 0o777;
      expect(!pair.includes("=secrets/") || mode === 0o600, `${name}: the secret ${source} is ${mode.toString(8)}`);
    }
  }
  const listed = ["fleet/base/broker.yaml", "fleet/base/console.yaml", "fleet/base/network.yaml", "fleet/workers.yaml"];
  if (fs.existsSync(path.join(out, "keda"))) listed.push("keda/scalers.yaml");
  const documents = listed.flatMap((part) => yaml.loadAll(fs.readFileSync(path.join(out, part), "utf8")));
  for (const document of documents) {
    try {
      await validate(document);
    } catch (error) {
      say(`${name}: ${document.kind} ${document.metadata.name}: ${error.message}`);
    }
    if (podOf(document)) checkPod(`${name}: ${document.metadata.name}`, document, names);
  }
  const fleet = yaml.load(fs.readFileSync(path.join(whole, "files/fleet.yaml"), "utf8"));
  const ids = fleet.workers.map((worker) => worker.id);
  const sets = documents.filter((document) => document.kind === "StatefulSet" && document.metadata.name !== "biglittle-broker");
  const told = sets.flatMap((document) => checkIds(document, ids));
  expect(told.sort().join() === ids.sort().join(), `${name}: the pods run ${told}, the fleet has ${ids}`);
  for (const scaler of documents.filter((document) => document.kind === "ScaledObject")) {
    expect(sets.some((set) => set.metadata.name === scaler.spec.scaleTargetRef.name), `${name}: a scaler of nothing`);
  }
  // What the pods read is a fleet file; its models are in the image.
  fs.writeFileSync(path.join(folder, `${name}.yaml`),
    yaml.dump({ ...fleet, models: path.join(home, "models"), models_public_key: undefined, devices: undefined, device_defaults: undefined }));
  const checked = spawnSync(program, ["check", `${name}.yaml`], { cwd: folder, env, encoding: "utf8" });
  expect(checked.status === 0, `${name}: ${checked.stderr}`);
  let put = "";
  if (spawnSync("kubectl", ["kustomize", whole], { encoding: "utf8" }).status === 0) {
    for (const part of [whole, path.join(out, "keda")].filter((place) => fs.existsSync(place))) {
      const together = yaml.loadAll(execFileSync("kubectl", ["kustomize", part], { encoding: "utf8", stdio: "pipe", maxBuffer: 1 << 26 }));
      for (const document of together) await validate(document);
      put = `, ${together.length} together`;
    }
  }
  console.log(`${name}: ${documents.length} manifests${put}`);
}

// A check that cannot fail is none.
async function checkTheCheck() {
  const refused = async (document) => { try { await validate(document); return false; } catch { return true; } };
  const good = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "a" }, spec: { maxUnavailable: 1 } };
  expect(!(await refused(good)), "a good manifest is refused");
  expect(await refused({ ...good, spec: { maxUnavailable: [] } }), "a bad manifest is taken");
  expect(await refused({ ...good, spec: { maxUnavailabel: 1, selector: 5 } }), "a bad manifest is taken");
  const scaler = { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", metadata: { name: "a" }, spec: { triggers: [] } };
  expect(await refused(scaler), "a scaler of nothing is taken");
}

await checkTheCheck();
if (spawnSync("kubectl", ["version", "--client"]).error) console.log("no kubectl here: kustomize does not put them together");
const files = fs.readdirSync(path.join(home, "config")).filter((file) => /\.yaml$/.test(file)).map((file) => path.join(home, "config", file));
// Two that config/ does not have: templates of workers, and TLS with a certificate for each.
fs.mkdirSync(path.join(folder, "plain"));
const many = path.join(folder, "plain/many.yaml");
fs.writeFileSync(many, `version: 1\nfleet: many\nmodels: ${home}/models\nworkers:\n  - {id: "big-{n}", count: 12, tasks: [vibration]}\n` +
  "  - {id: spare, tasks: [vibration], compute_threads: 2}\n");
fs.writeFileSync(path.join(folder, "plain/safe.yaml"), `version: 1\nfleet: safe\nmodels: ${home}/models\n` +
  "broker: {host: biglittle-broker, port: 9883, tls: {credentials: \"secure/{role}/{id}\"}}\n" +
  "workers: [{id: \"worker-{n}\", count: 3, tasks: [vibration]}]\n");
run("provision", "init", "--config", "plain/safe.yaml");
spawnSync(program, ["provision", "apply", "plain/safe.yaml", "--yes"], { cwd: folder, env });
for (const file of [...files.filter((place) => !place.endsWith("/secure.yaml")), many, path.join(folder, "plain/safe.yaml")]) {
  if (/^workers:/m.test(fs.readFileSync(file, "utf8"))) await checkFleet(file);
}
fs.rmSync(folder, { recursive: true });
if (problems > 0) process.exit(1);
