// Two providers behind one server, one of which fails half of its calls: how much slower are the runs of the other? Its
// runs are timed alone and beside the failing ones, in turns of 50, so that both see the same machine.
//
//   node tests/bench/providers.mjs [RUNS]      with NBE_BUILD=build/release; fails where the bar is missed
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start as startChat } from '../fakes/chat_server.mjs';
import { start as startMessages } from '../fakes/messages_server.mjs';
import { connectTo } from './socket_client.mjs';

const count = Number(process.argv[2] ?? 200), at_once = 50, pause = 120; // ms between two beginnings
const build = process.env.NBE_BUILD ?? 'build/release';
const dir = mkdtempSync(join(tmpdir(), 'nbe-providers-'));
const path = join(dir, 's.sock');

// Two turns of some 150 ms each.
let calls = 0, asked = 0, refused = 0;
const turns = later => {
  const block = later ? { name: 'finish', input: { approach: 'Done.' } } : { name: 'write_file', input: { path: 'lib/a.ts', content: 'export const a = 1\n' } };
  return { blocks: [{ type: 'tool_use', id: `call_${++calls}`, ...block }], stream: { delay: 15 } };
};
const messages = await startMessages(), chat = await startChat();
messages.play(body => turns(body.messages.length > 1));
chat.play(body => ++asked % 2 ? (++refused, { status: 529 }) : turns(body.messages.some(m => m.role === 'assistant')));

const words = ['--no-context7', '--project', join(import.meta.dirname, '../../examples/next-app'), '--listen', `unix:${path}`, '--max-verify', 'rules', '--max-runs', '200'];
const env = { PATH: process.env.PATH, HOME: dir, XDG_STATE_HOME: dir, ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: messages.url, OPENAI_API_KEY: 'test-key', OPENAI_BASE_URL: chat.url };
const server = spawn(join(build, 'nextjs-backend-engineer'), words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
let log = '';
server.stderr.setEncoding('utf8').on('data', text => (log += text));
try {
  while (!log.includes('listening')) {
    if (server.exitCode !== null) throw new Error(log);
    await sleep(10);
  }
  const host = await connectTo(path);
  let number = 0, failed = 0;
  const run = async model => {
    const began = performance.now();
    const { result, error } = await host.call('tools/call', { name: 'nextjs_backend_engineer', arguments: { task: `Task ${++number}: add a constant.`, model } });
    if (model === 'sonnet' && (error || result.isError)) throw new Error(JSON.stringify(error ?? result).slice(0, 500));
    failed += model !== 'sonnet' && Boolean(result?.isError);
    return performance.now() - began;
  };
  const batch = async models => {
    const begun = [];
    for (let i = 0; i < at_once; i++) {
      for (const model of models) begun.push({ model, time: run(model) });
      await sleep(pause);
    }
    const times = [];
    for (const { model, time } of begun) if (await time && model === 'sonnet') times.push(await time);
    return times;
  };
  await run('sonnet');
  const alone = [], beside = [];
  for (let i = 0; i < count; i += at_once) {
    alone.push(...await batch(['sonnet']));
    beside.push(...await batch(['sonnet', 'openai:gpt']));
  }
  host.end();
  const median = times => times.sort((a, b) => a - b)[times.length >> 1];
  const ratio = median(beside) / median(alone);
  console.log(`${alone.length} runs alone: ${median(alone).toFixed(0)} ms at p50; ${beside.length} beside ${count} of another provider, which refused ${refused} calls (${failed} runs failed): ${median(beside).toFixed(0)} ms.\n`);
  console.log(`| | | bar | |\n|---|---|---|---|\n| p50 beside a provider that fails, to alone | ${ratio.toFixed(3)} | <= 1.1 | ${ratio <= 1.1 ? 'holds' : 'MISSED'} |`);
  if (ratio > 1.1) process.exitCode = 1;
} finally {
  server.kill();
  messages.close();
  chat.close();
  await once(server, 'close');
  rmSync(dir, { recursive: true, force: true });
}
