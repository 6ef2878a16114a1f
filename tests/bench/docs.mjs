// What documentation costs: indexing what a project's dependencies ship, asking it the questions of tests/retrieval, and
// an answer of Context7 that was kept; the first two beside Python's sqlite3 doing the same in the same run.
//
//   node tests/bench/docs.mjs [ROUNDS]      with NBE_BUILD=build/release; medians of so many (5); fails where a bar is missed
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startContext7Rest } from '../fakes/context7_rest.mjs';

const here = import.meta.dirname;
const program = join(process.env.NBE_BUILD ?? 'build/release', 'nextjs-backend-engineer');
const project = join(here, '../libraries');
const asked = join(here, '../retrieval/questions.json');
const questions = JSON.parse(readFileSync(asked, 'utf8'));
const context7 = `node ${join(here, '../node_modules/@upstash/context7-mcp/dist/index.js')}`;
const rounds = Number(process.argv[2] ?? 5);
const median = values => values.toSorted((a, b) => a - b)[values.length >> 1];
const seconds = work => { const began = performance.now(); work(); return (performance.now() - began) / 1000; };

const scratch = mkdtempSync(join(tmpdir(), 'nbe-bench-'));
const where = cache => ['--project', project, '--cache-directory', cache, '--state-directory', scratch];

// A server on stdio; query() takes as long as its caller waits.
async function server(cache, args, env = {}) {
  const child = spawn(program, [...where(cache), ...args], { env: { PATH: process.env.PATH, HOME: scratch, ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last = 0;
  const request = async (method, params) => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: ++last, method, params })}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('the server ended');
      const message = JSON.parse(value);
      if (message.id === last) return message;
    }
  };
  await request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } });
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return {
    query: async (libraryId, query) => {
      const began = performance.now();
      const answer = await request('tools/call', { name: 'query-docs', arguments: { libraryId, query } });
      const took = performance.now() - began;
      if (answer.error || answer.result.isError) throw new Error(JSON.stringify(answer).slice(0, 300));
      return took;
    },
    end: async () => { child.stdin.end(); await once(child, 'close'); }
  };
}

async function round(n) {
  const cache = join(scratch, `cache${n}`);
  const index = seconds(() => {
    const { status, stderr } = spawnSync(program, ['docs', 'refresh', ...where(cache)], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  });
  const local = await server(cache, ['--no-context7']);
  const cold = await local.query('next', questions[0].question);
  const warm = [];
  for (const twice of [false, true])
    for (const { library, question } of questions) {
      const took = await local.query(library, question);
      if (twice) warm.push(took);
    }
  await local.end();

  const rest = await startContext7Rest();
  const both = await server(cache, ['--context7', context7], { CONTEXT7_API_URL: rest.url });
  const ask = () => both.query('/stripe/stripe-node/v19.1.0', 'webhooks');
  await ask();
  const requests = rest.requests.length;
  const kept = [];
  for (let i = 0; i < 200; ++i) kept.push(await ask());
  if (rest.requests.length !== requests) throw new Error('what was kept was asked for again');
  await both.end();
  await rest.close();

  const python = spawnSync('python3', [join(here, 'docs.py'), join(project, 'node_modules'), asked], { encoding: 'utf8', maxBuffer: 1 << 24 });
  if (python.status !== 0) throw new Error(python.stderr);
  const theirs = JSON.parse(python.stdout);
  return { documents: theirs.documents, index, cold, warm: median(warm), kept: median(kept), python_index: theirs.index_s, python_warm: median(theirs.warm_ms) };
}

try {
  const all = [];
  for (let n = 0; n < rounds; ++n) all.push(await round(n));
  const of = name => median(all.map(one => one[name]));
  const thousand = (of('index') * 1000) / of('documents');
  const rows = [
    [`index of 1,000 documents, s (of ${of('documents')})`, thousand, 1.5, median(all.map(r => r.index / r.python_index))],
    ['first question to a new process, ms', of('cold'), 20],
    ['question, p50 ms', of('warm'), 2, median(all.map(r => r.warm / r.python_warm))],
    ['kept answer of Context7, p50 ms', of('kept'), 2]
  ];
  console.log('| documentation | this server | bar | of Python\'s sqlite3 |\n|---|---|---|---|');
  for (const [what, value, bar, ratio] of rows) {
    console.log(`| ${what} | ${value.toFixed(2)} | ≤ ${bar} | ${ratio ? `${ratio.toFixed(2)} ×` : ''} |`);
    if (value > bar) process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
