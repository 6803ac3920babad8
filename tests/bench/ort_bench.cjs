// Times ONNX Runtime on one net, and prints what `biglittle bench nn --json` writes:
//
//   node ort_bench.cjs MODULES MODEL BATCH THREADS SECONDS
//
// MODULES is the folder with node_modules (see install_ort.sh). The native session is called
// directly, with a preallocated output: the public session.run() defers each call to the event
// loop, which would cost the small nets more than their arithmetic. As in our own command, calls
// that take less than 20 us are timed in groups.
'use strict';
const path = require('node:path');

const [modules, model, batchText, threadsText, secondsText] = process.argv.slice(2);
const batch = Number(batchText);
const threads = Number(threadsText);
const seconds = Number(secondsText);
const SHORT_US = 20;
const GROUP_US = 200;

const ort = path.resolve(modules, 'node_modules/onnxruntime-node');
const { Tensor } = require(require.resolve('onnxruntime-common', { paths: [ort] }));
const { binding, initOrt } = require(path.join(ort, 'dist/binding.js'));

const elements = (shape) => shape.reduce((product, extent) => product * extent, 1);
const now = () => Number(process.hrtime.bigint()) / 1000;  // us

// Repeatable numbers in [-1, 1): a linear congruential generator.
function noise(count) {
  const values = new Float32Array(count);
  let state = 1;
  for (let i = 0; i < count; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 31 - 1;
  }
  return values;
}

function open() {
  initOrt();
  const session = new binding.InferenceSession();
  session.loadModel(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const [input] = session.inputMetadata;
  const [output] = session.outputMetadata;
  const shape = input.shape.map((extent, at) => (at === 0 || extent < 0 ? batch : extent));
  const feeds = { [input.name]: new Tensor('float32', noise(elements(shape)), shape) };
  const fetches = { [output.name]: session.run(feeds, { [output.name]: null }, {})[output.name] };
  return () => session.run(feeds, fetches, {});
}

function timeOf(run, calls) {
  const start = now();
  for (let i = 0; i < calls; ++i) run();
  return (now() - start) / calls;
}

// Warms up for a tenth of the time; a call's time is then the least seen.
function warmUp(run) {
  const end = now() + seconds * 1e5;
  let least = timeOf(run, 1);
  while (now() < end) least = Math.min(least, timeOf(run, 1));
  return least;
}

function measure(run) {
  const call = warmUp(run);
  const group = call < SHORT_US ? Math.ceil(GROUP_US / Math.max(call, 0.1)) : 1;
  const times = [];
  const end = now() + seconds * 1e6;
  do times.push(timeOf(run, group)); while (now() < end);
  times.sort((a, b) => a - b);
  return {
    median_us: times[Math.floor(times.length / 2)],
    min_us: times[0],
    runs: times.length * group,
    batch,
    threads,
    model,
    rss_bytes: process.resourceUsage().maxRSS * 1024,
  };
}

console.log(JSON.stringify(measure(open())));
