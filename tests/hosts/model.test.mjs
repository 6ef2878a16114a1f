// The model client on the wire: against the fault server, which the official SDK accepts as the real API
// (messages_server.test.mjs), and against aimock. Driven through probe_model_turn.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { slower } from '../bounds.mjs';
import { error, start } from '../fakes/messages_server.mjs';

const PROBE = path.join(process.env.NBE_PROBES, 'probe_model_turn');
const KEY = 'test-key-5ECRE7-canary';
const everything = []; // that any probe printed

let server;
before(async () => { server = await start(); });
after(() => {
  server.close();
  for (const output of everything) assert.ok(!output.includes('5ECRE7'), 'a key was printed');
});

function launch(request, env = {}) {
  const { ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, http_proxy, https_proxy, ...rest } = process.env;
  const child = spawn(PROBE, { env: { ...rest, ANTHROPIC_API_KEY: KEY, ...env } });
  let out = '', err = '';
  child.stdout.on('data', (d) => { out += d; });
  child.stderr.on('data', (d) => { err += d; });
  const began = performance.now();
  const done = new Promise((resolve) => child.on('close', (code, signal) => {
    everything.push(out + err);
    assert.equal(signal, null, err);
    assert.equal(code, 0, err);
    assert.equal(err, '');
    resolve({ ...JSON.parse(out), ms: performance.now() - began });
  }));
  child.stdin.end(JSON.stringify({ base_url: server.url, profile: 'native', messages: [{ user: 'do it' }], ...request }));
  return { child, done };
}
const ask = (request, env) => launch(request, env).done;

const text = (t) => ({ blocks: [{ type: 'text', text: t }] });
const TOOLS = [{ name: 'read_file', description: 'Reads a file', input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'], additionalProperties: false } }];
const RULES = ['You are an engineer. '.repeat(200)];
const rich = { blocks: [{ type: 'thinking' }, { type: 'text', text: 'Grüße 😀, reading both.\n' }, { type: 'tool_use', name: 'read_file', input: { path: 'app/ä.ts' } }, { type: 'tool_use', name: 'read_file', input: { path: 'b.ts', deep: { a: [1, 2.5, null] } } }] };

describe('a turn', () => {
  for (const stream of [{}, { split: 1 }, { crlf: true, split: 3 }, { cr: true }, { bom: true }, { pings: 2, comments: true }, { unknown: true }, { interleaved: true, no_usage: true }])
    test(`is the same with ${JSON.stringify(stream)}`, async () => {
      server.play({ ...rich, stream });
      const { turns, streamed } = await ask({ tools: TOOLS });
      const content = JSON.parse(turns[0].content);
      assert.deepEqual(content.map((b) => b.type), ['thinking', 'text', 'tool_use', 'tool_use']);
      assert.match(content[0].signature, /^Eq/);
      assert.equal(turns[0].text, rich.blocks[1].text);
      assert.equal(streamed, turns[0].text);
      assert.deepEqual(turns[0].calls.map((c) => JSON.parse(c.input)), rich.blocks.slice(2).map((b) => b.input));
      assert.equal(turns[0].stop, 'tool_use');
      assert.equal(turns[0].request_id, 'req_fake');
    });

  for (const [stop_reason, expected] of [['end_turn', 'end_turn'], ['stop_sequence', 'stop_sequence'], ['tool_use', 'tool_use'], ['pause_turn', 'pause_turn'],
    ['max_tokens', 'max_tokens'], ['model_context_window_exceeded', 'context_window_exceeded'], ['refusal', 'refusal'], ['compaction', 'unknown'], [null, 'unknown']])
    test(`that stops with ${stop_reason} says so`, async () => {
      server.play({ ...text('x'), stop_reason, stop_details: stop_reason === 'refusal' ? { type: 'refusal', category: 'cyber' } : undefined });
      const { turns, retries } = await ask({});
      assert.equal(turns[0].stop, expected);
      assert.equal(retries.length, 0);
      if (expected === 'refusal') assert.equal(turns[0].stop_detail, 'cyber');
    });

  test('with malformed tool input keeps it, and its history is still accepted', async () => {
    server.play({ blocks: [{ type: 'tool_use', name: 'read_file', raw_input: '{"path": "a' }] }, { blocks: [{ type: 'tool_use', name: 'read_file', raw_input: '' }] }, text('ok'));
    const { turns } = await ask({ tools: TOOLS, max_turns: 3, answer: 'fix it' });
    assert.deepEqual(turns.map((t) => t.calls[0]?.input), ['{"path": "a', '{}', undefined]);
  });

  test('of a growing conversation replays the bytes of the last and hits the cache', async () => {
    server.play(rich, { blocks: [{ type: 'thinking' }, { type: 'x_unknown', n: 1, s: 'kept' }, { type: 'tool_use', name: 'read_file', input: { path: 'c' } }] }, text('done'));
    const { turns, error: failure } = await ask({ tools: TOOLS, system: RULES, max_turns: 5, answer: 'content of a file '.repeat(40) });
    assert.equal(failure, undefined);
    assert.equal(turns.length, 3);
    const bodies = server.journal.map((j) => j.body);
    for (let i = 1; i < bodies.length; i++) {
      assert.ok(bodies[i].startsWith(bodies[i - 1].slice(0, -2)), 'the longer body begins with the shorter');
      assert.ok(bodies[i].includes(turns[i - 1].content), 'the answer is replayed verbatim');
    }
    assert.equal(turns[0].usage.cache_read, 0);
    assert.ok(turns[0].usage.cache_write_5m > 512);
    for (let i = 1; i < 3; i++) {
      assert.ok(turns[i].usage.cache_read >= turns[i - 1].usage.cache_read + turns[i - 1].usage.cache_write_5m);
      assert.ok(turns[i].usage.input < 20);
    }
    assert.equal(server.journal[0].headers['anthropic-version'], '2026-10-21');
    assert.equal(JSON.parse(bodies[0]).tools[0].strict, true);
  });

  test('sends exactly one credential, in the way of its variable', async () => {
    server.play(text('a'), text('b'));
    await ask({});
    await ask({}, { ANTHROPIC_API_KEY: '', ANTHROPIC_AUTH_TOKEN: KEY });
    const [first, second] = server.journal.map((j) => Object.keys(j.headers).filter((h) => ['x-api-key', 'authorization'].includes(h)));
    assert.deepEqual([first, second], [['x-api-key'], ['authorization']]);
  });

  test('with a server that is not Anthropic carries only the common subset', async () => {
    server.play(text('a'));
    await ask({ profile: undefined, tools: TOOLS, system: RULES });
    assert.deepEqual(Object.keys(JSON.parse(server.journal[0].body)).sort(), ['max_tokens', 'messages', 'model', 'stream', 'system', 'tools']);
    assert.doesNotMatch(server.journal[0].body, /cache_control|strict/);
    assert.equal(server.journal[0].headers['anthropic-beta'], undefined);
  });

  test('of 20 MB arrives, one beyond 32 MiB does not', async () => {
    server.play({ ...text(''), stream: { huge_text: 20_000_000 } }, { ...text(''), stream: { huge_text: 40_000_000 } });
    assert.equal((await ask({})).turns[0].text.length, 20_000_000);
    const { error: failure, ms } = await ask({});
    assert.equal(failure.kind, 'broken_stream');
    assert.equal(failure.retryable, false);
    assert.ok(ms < 20_000 * slower);
  });
});

describe('a refusal', () => {
  const rows = [
    [400, 'invalid_request', false], [401, 'authentication', false], [402, 'billing', false], [403, 'permission', false], [404, 'not_found', false],
    [408, 'timed_out', true], [409, 'server_error', true], [413, 'too_large', false], [429, 'rate_limited', true], [500, 'server_error', true],
    [503, 'server_error', true], [504, 'timed_out', true], [529, 'overloaded', true],
  ];
  for (const [status, kind, retried] of rows)
    test(`with ${status} is ${kind} and ${retried ? 'made again' : 'final'}`, async () => {
      server.play({ status, headers: { 'retry-after-ms': '10' } }, text('again'));
      const { turns, retries, error: failure } = await ask({});
      assert.equal(server.journal.length, retried ? 2 : 1);
      if (retried) {
        assert.equal(turns[0].text, 'again');
        assert.equal(retries[0].error.kind, kind);
        assert.equal(retries[0].delay_ms, 10);
      } else {
        assert.equal(failure.kind, kind);
        assert.equal(failure.status, status);
        assert.equal(failure.request_id, 'req_fake');
      }
    });

  test('for a spending limit is final, whatever else it says', async () => {
    server.play({ status: 429, body: { type: 'error', error: { type: 'rate_limit_error', message: 'limit', details: { error_code: 'enforced_spend_limit_reached' } } }, headers: { 'x-should-retry': 'true' } });
    assert.equal((await ask({})).error.kind, 'billing');
    assert.equal(server.journal.length, 1);
  });

  test('follows x-should-retry before the table', async () => {
    server.play({ status: 503, headers: { 'x-should-retry': 'false' } }, { status: 400, headers: { 'x-should-retry': 'true' } }, text('ok'));
    assert.equal((await ask({})).error.kind, 'server_error');
    assert.equal((await ask({})).turns[0].text, 'ok');
  });

  test('by a proxy in HTML, empty, or in another shape is understood by its status', async () => {
    server.play({ status: 502, body: '<html><b>Bad gateway</b></html>' }, { status: 503, body: '' }, text('ok'));
    const { turns, retries } = await ask({});
    assert.equal(turns[0].text, 'ok');
    for (const r of retries) assert.doesNotMatch(r.error.message, /</);
    server.play({ status: 400, body: { error: { code: 400, message: 'too many tokens', type: 'exceed_context_size_error', n_ctx: 4096 } } });
    assert.equal((await ask({})).error.kind, 'context_overflow');
  });

  test('of the key names where it came from, and nothing prints the key', async () => {
    const wrong = { ANTHROPIC_API_KEY: 'wrong-5ECRE7' };
    assert.equal((await ask({}, wrong)).error.message, 'The model API refused the key (401): check ANTHROPIC_API_KEY.');
    server.play({ status: 403, body: error(403, `key ${KEY} may not`) }, { ...text('x'), stream: { error: { after: 1, error: { type: 'permission_error', message: `no ${KEY}` } } } });
    assert.match((await ask({})).error.message, /key \*\*\* may not/);
    assert.match((await ask({})).error.message, /no \*\*\*/);
    assert.match((await ask({ profile: undefined }, { ANTHROPIC_API_KEY: '' })).error.message, /set ANTHROPIC_API_KEY/);
    assert.match((await ask({ base_url: 'https://api.anthropic.com' }, { ANTHROPIC_API_KEY: '' })).error.message, /^ANTHROPIC_API_KEY is not set/);
    const folder = mkdtempSync(path.join(tmpdir(), 'nbe-'));
    writeFileSync(path.join(folder, 'key'), 'wrong-5ECRE7\n', { mode: 0o600 });
    assert.match((await ask({ key_file: path.join(folder, 'key') })).error.message, /check the key file .*key\.$/);
    rmSync(folder, { recursive: true });
  });

  test('of rewritten thinking, of max_tokens and of a field is got past once, and that is remembered', async () => {
    const history = [{ user: 'a' }, { assistant: '[{"type":"thinking","thinking":"","signature":"forged"},{"type":"text","text":"t"}]' }, { user: 'b' }];
    server.play(text('ok'));
    const { turns, retries } = await ask({ messages: history, max_tokens: 200000 });
    assert.equal(turns[0].text, 'ok');
    assert.deepEqual(retries.map((r) => r.change), ['with max_tokens lowered to 128000', 'without the thinking that the model API no longer accepts']);
    assert.equal(server.journal.length, 3);
    server.play({ status: 400, body: error(400, 'tools.0.custom.strict: Extra inputs are not permitted') }, rich, text('ok'));
    assert.equal((await ask({ tools: TOOLS, max_turns: 2, answer: 'x' })).turns.length, 2);
    assert.deepEqual(server.journal.map((j) => j.body.includes('"strict"')), [true, false, false]);
  });
});

describe('a broken answer', () => {
  const streams = { 'cut before anything': { cut: 0 }, 'cut after its start': { cut: 1 }, 'cut before a tool input': { cut: 10 }, 'cut inside a tool input': { cut: 13 }, 'reset midway': { reset: 5, delay: 5 }, 'with malformed JSON': { bad_json: 4 },
    'with an overlong line': { huge_line: 5_000_000 }, 'that reports an error': { error: { after: 4, error: { type: 'overloaded_error', message: 'Overloaded' } } },
    'that reports an error as llama.cpp does': { error: { after: 4, bare: { code: 500, message: 'slot', type: 'server_error' } } } };
  for (const [what, stream] of Object.entries(streams))
    test(`${what} is discarded whole and asked for again`, async () => {
      server.play({ ...rich, stream }, text('whole'));
      const { turns, retries, error: failure, lost } = await ask({});
      if (stream.huge_line) return assert.equal(failure.kind, 'broken_stream');
      assert.equal(turns.length, 1);
      assert.equal(turns[0].text, 'whole');
      assert.equal(turns[0].calls.length, 0);
      assert.equal(retries.length, 1);
      assert.equal(retries[0].error.streaming, true);
      if (stream.cut !== 0) assert.ok(lost.input > 0, 'what was paid for is counted');
    });

  test('that is HTML or empty is no answer', async () => {
    server.play({ raw: '<html>login</html>' }, { raw: '' }, { raw: '', content_type: 'text/event-stream' }, text('ok'));
    const { turns, retries } = await ask({});
    assert.deepEqual(retries.map((r) => r.error.kind), ['broken_stream', 'broken_stream', 'broken_stream']);
    assert.equal(turns[0].text, 'ok');
  });

  test('counts against a budget of its own', async () => {
    server.play(...Array.from({ length: 6 }, () => ({ ...rich, stream: { cut: 3 } })));
    const { error: failure } = await ask({ broken_streams: 2, attempts: 9 });
    assert.match(failure.message, /Too many answers of this run have broken off/);
    assert.equal(server.journal.length, 3);
  });

  test('that stalls, or never begins, is given up after its time', async () => {
    server.play({ ...rich, stream: { stall: 4 } }, { hang: true }, text('ok'));
    const { turns, retries, ms } = await ask({ idle_ms: 200, first_byte_ms: 300 });
    assert.deepEqual(retries.map((r) => [r.error.kind, r.error.streaming]), [['timed_out', true], ['timed_out', false]]);
    assert.equal(turns[0].text, 'ok');
    assert.ok(ms < 3000 * slower);
    for (const entry of server.journal.slice(0, 2)) assert.ok(entry.disconnected >= entry.at + 150);
  });

  test('whose pings keep it alive still ends at the total limit', async () => {
    server.play({ ...rich, stream: { pings: 1, delay: 60 } });
    const { error: failure, ms } = await ask({ idle_ms: 1000, total_ms: 400 });
    assert.equal(failure.kind, 'timed_out');
    assert.ok(ms < 2000 * slower);
  });
});

describe('retries', () => {
  test('wait as long as they are told, or longer and longer', async () => {
    server.play({ status: 429, headers: { 'retry-after': '1' } }, { status: 529 }, { status: 529 }, text('ok'));
    const { retries } = await ask({ first_delay_ms: 200 });
    const at = server.journal.map((j) => j.at);
    assert.ok(at[1] - at[0] >= 990 && at[1] - at[0] < 1600 * slower);
    assert.ok(retries[1].delay_ms >= 300 && retries[1].delay_ms <= 400);
    assert.ok(retries[2].delay_ms >= 600 && retries[2].delay_ms <= 800);
    assert.ok(at[3] - at[2] >= retries[2].delay_ms - 5);
  });

  test('end with the reason when they are used up, too far off, or past the deadline', async () => {
    server.play(...Array.from({ length: 5 }, () => ({ status: 529 })));
    assert.match((await ask({})).error.message, /Gave up after 4 attempts/);
    server.play({ status: 429, headers: { 'retry-after': '3600' } });
    assert.match((await ask({})).error.message, /asks to wait 3600 s/);
    server.play({ status: 429, headers: { 'retry-after': '5' } });
    const { error: failure, ms } = await ask({ deadline_ms: 2000 });
    assert.match(failure.message, /would be in 5 s/);
    assert.ok(ms < 1000 * slower);
    server.play({ hang: true });
    assert.equal((await ask({ deadline_ms: 300 })).error.kind, 'timed_out');
  });

  test('follow a connection that is reset, and give up on one that is refused', async () => {
    server.play({ destroy: true }, text('ok'));
    const { turns, retries } = await ask({});
    assert.equal(retries[0].error.kind, 'unreachable');
    assert.equal(turns[0].text, 'ok');
    const { error: failure } = await ask({ base_url: 'http://127.0.0.1:9' });
    assert.equal(failure.kind, 'unreachable');
    assert.match(failure.message, /127\.0\.0\.1:9/);
  });

  test('never follow a redirect, nor an address that would show the key', async () => {
    server.play(text('stolen'));
    assert.match((await ask({ base_url: `${server.url}/moved` })).error.message, /redirect \(307\)/);
    assert.equal(server.left(), 1);
    assert.match((await ask({ base_url: 'http://192.0.2.1' })).error.message, /use https/);
    const { error: failure } = await ask({ base_url: 'http://192.0.2.1', plain_http: 1, connect_ms: 200, attempts: 1 });
    assert.ok(['unreachable', 'timed_out'].includes(failure.kind));
  });

  test('never send the key to a server whose certificate is not trusted', async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'nbe-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
    const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]);
    if (made.status !== 0) return t.skip('openssl is not installed');
    let requests = 0;
    const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => { requests++; response.end(); }).listen(0, '127.0.0.1');
    await new Promise((resolve) => tls.on('listening', resolve));
    const { error: failure } = await ask({ base_url: `https://127.0.0.1:${tls.address().port}`, attempts: 1 });
    tls.close();
    rmSync(folder, { recursive: true });
    assert.equal(failure.kind, 'unreachable');
    assert.match(failure.message, /certificate/i);
    assert.equal(requests, 0);
  });

  test('do not happen without libcurl, which is said', async () => {
    assert.match((await ask({ curl: 'libcurl-missing.so.4' })).error.message, /libcurl-missing\.so\.4 not found: install libcurl4/);
  });

  test('ask no proxy about this machine', async () => {
    let asked = 0;
    const proxy = createServer((socket) => { asked++; socket.destroy(); }).listen(0, '127.0.0.1');
    await new Promise((resolve) => proxy.on('listening', resolve));
    const url = `http://127.0.0.1:${proxy.address().port}`;
    server.play(text('direct'));
    assert.equal((await ask({}, { http_proxy: url, https_proxy: url, ALL_PROXY: url })).turns[0].text, 'direct');
    assert.equal(asked, 0);
    await ask({ base_url: 'https://model.invalid', attempts: 1 }, { https_proxy: url, no_proxy: '' });
    assert.equal(asked, 1);
    proxy.close();
  });
});

describe('cancelling', () => {
  const cases = { 'a connection that hangs': [{ hang: true }], 'a stream that stalls': [{ ...rich, stream: { stall: 3 } }], 'a flowing stream': [{ ...rich, stream: { delay: 20 } }] };
  for (const [what, steps] of Object.entries(cases))
    test(`${what} ends it at the server within 200 ms`, async () => {
      server.play(...steps);
      const { child, done } = launch({});
      while (!server.journal.length) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, 100));
      const at = server.now();
      child.kill('SIGTERM');
      const out = await done;
      assert.equal(out.cancelled, true);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const [entry] = server.journal;
      assert.ok(entry.disconnected >= at - 1 && entry.disconnected - at < 200 * slower, `${entry.disconnected - at} ms`);
    });

  test('a wait between attempts ends it at once', async () => {
    server.play({ status: 429, headers: { 'retry-after': '30' } });
    const { cancelled, ms } = await ask({ cancel_after_ms: 200 });
    assert.equal(cancelled, true);
    assert.ok(ms < 1500 * slower);
    assert.equal(server.journal.length, 1);
  });
});

describe('with aimock', () => {
  test('three turns with parallel tools complete, through a 429 and a 529', async () => {
    const mock = new LLMock({ port: 0, logLevel: 'silent' });
    mock.addFixturesFromJSON([
      { match: { userMessage: 'audit the api', sequenceIndex: 0 }, response: { error: { message: 'slow down', type: 'rate_limit_error' }, status: 429, retryAfter: 1 } },
      { match: { userMessage: 'audit the api', sequenceIndex: 1 }, response: { error: { message: 'Overloaded', type: 'overloaded_error' }, status: 529 } },
      { match: { toolCallId: 'toolu_list_1' }, response: { blocks: [{ type: 'text', text: 'Two routes found; reading both.' },
        { type: 'toolCall', id: 'toolu_read_1', name: 'read_file', arguments: { path: 'app/api/users/route.ts' } },
        { type: 'toolCall', id: 'toolu_read_2', name: 'read_file', arguments: { path: 'app/api/posts/route.ts' } }] } },
      { match: { toolCallId: 'toolu_read_2' }, response: { content: '## Final report' } },
      { match: { userMessage: 'audit the api', hasToolResult: false }, response: { reasoning: 'I should list routes first.', toolCalls: [{ id: 'toolu_list_1', name: 'read_file', arguments: { path: 'app/api' } }] } },
    ]);
    const base_url = await mock.start();
    try {
      const { turns, retries, error: failure } = await ask({ base_url, profile: undefined, tools: TOOLS, messages: [{ user: 'audit the api' }], max_turns: 5, answer: 'ok' });
      assert.equal(failure, undefined);
      assert.deepEqual(retries.map((r) => r.error.kind), ['rate_limited', 'overloaded']);
      assert.deepEqual(turns.map((t) => t.calls.map((c) => c.id)), [['toolu_list_1'], ['toolu_read_1', 'toolu_read_2'], []]);
      assert.equal(turns[2].text, '## Final report');
    } finally {
      await mock.stop();
    }
  });
});
