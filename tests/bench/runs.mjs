// 1,000 runs at once against a model on this machine: do all finish, what does one that waits cost, and how long does the
// event loop keep others waiting? The model is silent until every run has asked it, so that all wait at the same time.
//
//   node tests/bench/runs.mjs [RUNS]      with NBE_BUILD=build/release; fails where a bar is missed
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { connectTo } from './socket_client.mjs';

const client = path => connectTo(path, { extensions: { 'io.modelcontextprotocol/tasks': {} } });

// A thread of its own asks for the list of tools every few milliseconds: how long the answer took at most.
if (!isMainThread) {
  const asks = await client(workerData.path);
  let longest = 0, over = false;
  parentPort.on('message', () => (over = true));
  while (!over) {
    const before = performance.now();
    await asks.call('tools/list');
    longest = Math.max(longest, performance.now() - before);
    await sleep(5);
  }
  asks.end();
  parentPort.postMessage(longest);
  parentPort.close();
} else {
  const count = Number(process.argv[2] ?? 1000);
  const build = process.env.NBE_BUILD ?? 'build/release';
  const app = join(import.meta.dirname, '../../examples/next-app');
  const dir = mkdtempSync(join(tmpdir(), 'nbe-runs-'));
  const path = join(dir, 's.sock');

  // A turn that changes a file and one that finishes.
  const turn = (name, input) => {
    const block = { type: 'tool_use', id: `toolu_${Math.random()}`, name, input: {}, caller: { type: 'direct' } };
    const events = [
      ['message_start', { message: { id: 'msg', type: 'message', role: 'assistant', model: 'claude-sonnet-5', content: [], stop_reason: null, usage: { input_tokens: 1, output_tokens: 1 } } }],
      ['content_block_start', { index: 0, content_block: block }],
      ['content_block_delta', { index: 0, delta: { type: 'input_json_delta', partial_json: JSON.stringify(input) } }],
      ['content_block_stop', { index: 0 }],
      ['message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 50 } }],
      ['message_stop', {}]
    ];
    return events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`).join('');
  };
  let held = [], holding = false, asked = 0;
  const model = createServer((request, response) => {
    const chunks = [];
    request.on('data', chunk => chunks.push(chunk)).on('end', () => {
      ++asked;
      const later = Buffer.concat(chunks).includes('"role":"assistant"');
      const answer = () => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(later ? turn('finish', { approach: 'Done.' }) : turn('write_file', { path: 'lib/a.ts', content: 'export const a = 1\n'.repeat(50) }));
      };
      if (holding) held.push(answer);
      else answer();
    });
  });
  model.listen(0, '127.0.0.1', 2048);
  await once(model, 'listening');

  const words = ['--no-context7', '--project', app, '--listen', `unix:${path}`, '--max-runs', String(count), '--max-verify', 'rules'];
  const server = spawn('prlimit', ['--nofile=8192', ...(process.env.NBE_WRAP?.split(' ') ?? []), join(build, 'nextjs-backend-engineer'), ...words], {
    env: { PATH: process.env.PATH, HOME: dir, XDG_STATE_HOME: dir, ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: `http://127.0.0.1:${model.address().port}` },
    stdio: ['ignore', 'ignore', 'pipe']
  });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', text => (log += text));
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]);
  const end = () => { server.kill(); model.closeAllConnections(); model.close(); rmSync(dir, { recursive: true, force: true }); };
  try {
    while (!log.includes('listening')) {
      if (server.exitCode !== null) throw new Error(log);
      await sleep(10);
    }
    const host = await client(path);
    const begin = async i => {
      const reply = await host.call('tools/call', { name: 'nextjs_backend_engineer', arguments: { task: `Task ${i}: add a constant.` } });
      if (reply.result?.resultType !== 'task') throw new Error(JSON.stringify(reply).slice(0, 500));
      return reply.result.taskId;
    };
    const finished = async id => {
      for (;;) {
        const { result, error } = await host.call('tasks/get', { taskId: id });
        if (error) throw new Error(JSON.stringify(error));
        if (result.status === 'completed' && !result.result.isError) return;
        if (result.status !== 'working') throw new Error(JSON.stringify(result).slice(0, 800));
        await sleep(200);
      }
    };
    await finished(await begin('of the warm-up'));
    const before = rss();
    asked = 0;
    holding = true;
    const pinger = new Worker(import.meta.filename, { workerData: { path } });
    const started = performance.now();
    const ids = [];
    for (let i = 0; i < count; i += 40)
      ids.push(...(await Promise.all(Array.from({ length: Math.min(40, count - i) }, (_, k) => begin(i + k)))));
    while (held.length < count) {
      if (performance.now() - started > 300_000) throw new Error(`${held.length} of ${count} runs asked the model; ${log.slice(-500)}`);
      await sleep(20);
    }
    const waiting = rss();
    const begun = performance.now() - started;
    holding = false;
    // Models do not answer all at once: over two seconds.
    held.splice(0).forEach(answer => setTimeout(answer, Math.random() * 2000));
    for (let i = 0; i < count; i += 40) await Promise.all(ids.slice(i, i + 40).map(finished));
    const took = performance.now() - started;
    pinger.postMessage('over');
    const [longest] = await once(pinger, 'message');
    host.end();
    const each = (waiting - before) / count;
    const rows = [
      ['runs finished', `${ids.length} of ${count}, ${asked} turns`, `${count}, ${2 * count}`, asked === 2 * count],
      ['memory of a run that waits', `${each.toFixed(1)} KiB`, '<= 150 KiB', each <= 150],
      ['longest answer to somebody else', `${longest.toFixed(1)} ms`, '<= 50 ms', longest <= 50]
    ];
    console.log(`All began within ${(begun / 1000).toFixed(1)} s and ended within ${(took / 1000).toFixed(1)} s.\n\n| | | bar | |\n|---|---|---|---|`);
    for (const [what, value, bar, held_] of rows) console.log(`| ${what} | ${value} | ${bar} | ${held_ ? 'holds' : 'MISSED'} |`);
    if (rows.some(row => !row[3])) process.exitCode = 1;
  } finally {
    end();
  }
}
