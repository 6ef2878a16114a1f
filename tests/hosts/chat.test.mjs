// The chat completions client on the wire, in the dialects of the servers that are out there (model-apis 2.4), against the
// fault server that OpenAI's own client accepts (chat_server.test.mjs), and against aimock. Driven through
// probe_model_turn.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { start } from '../fakes/chat_server.mjs';

const PROBE = path.join(process.env.NBE_PROBES, 'probe_model_turn');
const KEY = 'test-key-5ECRE7-canary';

let server;
before(async () => { server = await start(); });
after(() => server.close());

function ask(request, env = {}) {
  const { OPENAI_API_KEY, http_proxy, https_proxy, ...rest } = process.env;
  const child = spawn(PROBE, { env: { ...rest, OPENAI_API_KEY: KEY, ...env } });
  let out = '', err = '';
  child.stdout.on('data', (d) => { out += d; });
  child.stderr.on('data', (d) => { err += d; });
  child.stdin.end(JSON.stringify({ api: 'chat', base_url: server.url, model: 'm', messages: [{ user: 'do it' }], ...request }));
  return new Promise((resolve) => child.on('close', (code, signal) => {
    assert.equal(signal, null, err);
    assert.equal(code, 0, err);
    assert.equal(err, '');
    assert.doesNotMatch(out, /5ECRE7/);
    resolve(JSON.parse(out));
  }));
}

const text = (t) => ({ blocks: [{ type: 'text', text: t }] });
const call = (input) => ({ type: 'tool_use', name: 'read_file', input });
const TOOLS = [{ name: 'read_file', description: 'Reads a file', input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'], additionalProperties: false } }];
const rich = { blocks: [{ type: 'thinking', thinking: 'which one?' }, { type: 'text', text: 'Grüße 😀, reading both.\n' }, call({ path: 'app/ä.ts' }), call({ path: 'b.ts', deep: { a: [1, 2.5, null] } })] };

describe('a turn', () => {
  for (const stream of [{}, { split: 1 }, { crlf: true, split: 3 }, { comments: true }, { whole: true }, { no_index: true, whole: true }, { no_index: true },
    { no_id: true }, { no_id: true, no_index: true, whole: true }, { object_arguments: true }, { reasoning: 'reasoning' }, { reasoning: 'inline' }, { usage: 'every' },
    { usage: 'none' }, { no_done: true }, { no_finish: true }])
    test(`is the same with ${JSON.stringify(stream)}, and its history is accepted`, async () => {
      server.play({ ...rich, stream }, text('done'));
      const { turns, error } = await ask({ tools: TOOLS, max_turns: 2, answer: 'content' });
      assert.equal(error, undefined, JSON.stringify(error));
      assert.equal(turns[0].text, rich.blocks[1].text);
      assert.deepEqual(turns[0].calls.map((c) => JSON.parse(c.input)), rich.blocks.slice(2).map((b) => b.input));
      assert.equal(turns[0].stop, 'tool_use');
      assert.equal(turns[1].text, 'done');
      assert.equal(turns[0].usage.output, stream.usage === 'none' ? 0 : 20);
      const sent = server.journal.map((j) => j.body);
      assert.ok(sent[1].startsWith(sent[0].slice(0, -2)), 'the second request begins with the first');
    });

  for (const finish of ['stop', 'tool_calls', 'function_call'])
    test(`with calls is one with calls where ${finish} is said`, async () => {
      server.play({ ...rich, finish });
      assert.equal((await ask({ tools: TOOLS })).turns[0].stop, 'tool_use');
    });

  for (const [finish, expected] of [['stop', 'end_turn'], ['length', 'max_tokens'], ['content_filter', 'refusal'], ['eos', 'end_turn'], ['weird', 'unknown']])
    test(`that finishes with ${finish} is ${expected}`, async () => {
      server.play({ ...text('x'), finish });
      assert.equal((await ask({})).turns[0].stop, expected);
    });

  test('that refuses says why', async () => {
    server.play({ blocks: [], refusal: 'I cannot do that.' });
    const { turns } = await ask({});
    assert.deepEqual([turns[0].stop, turns[0].stop_detail], ['refusal', 'I cannot do that.']);
  });

  test('whose arguments are no JSON is answered, and its history is still accepted', async () => {
    server.play({ blocks: [{ type: 'tool_use', name: 'read_file', raw_input: '{"path": "a' }] }, text('ok'));
    const { turns } = await ask({ tools: TOOLS, max_turns: 2, answer: 'not JSON' });
    assert.equal(turns[0].calls[0].input, '{"path": "a');
    assert.equal(turns[1].text, 'ok');
  });
});

describe('a refusal', () => {
  for (const [status, kind, retried] of [[400, 'invalid_request', false], [401, 'authentication', false], [402, 'billing', false], [403, 'permission', false],
    [404, 'not_found', false], [408, 'timed_out', true], [409, 'server_error', true], [422, 'invalid_request', false], [429, 'rate_limited', true], [500, 'server_error', true],
    [502, 'server_error', true], [503, 'server_error', true]])
    test(`with ${status} is ${kind} and ${retried ? 'made again' : 'final'}`, async () => {
      server.play({ status, headers: { 'retry-after-ms': '10' } }, text('again'));
      const { turns, error } = await ask({});
      assert.equal(server.journal.length, retried ? 2 : 1);
      assert.equal(retried ? turns[0].text : error.kind, retried ? 'again' : kind);
    });

  for (const [name, body, expected] of [
    ["OpenAI's", { error: { message: 'nope', type: 'invalid_request_error', param: null, code: null } }, /: nope\.$/],
    ["Ollama's", { error: 'model not loaded' }, /: model not loaded\.$/],
    ["vLLM's", { object: 'error', message: 'bad thing', type: 'BadRequestError', code: 400 }, /: bad thing\.$/],
    ["FastAPI's", { detail: 'Not here' }, /: Not here\.$/],
    ["FastAPI's list", { detail: [{ loc: ['body', 'x'], msg: 'field required' }] }, /field required/],
    ['HTML', '<html>no</html>', /^[^<]*$/]])
    test(`in ${name} shape is told`, async () => {
      server.play({ status: 400, body });
      assert.match((await ask({})).error.message, expected);
    });

  test('for an account without credit is final, though it is a 429', async () => {
    server.play({ status: 429, body: { error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' } } });
    assert.equal((await ask({})).error.kind, 'billing');
    assert.equal(server.journal.length, 1);
  });

  test('for a prompt that is too long is known', async () => {
    server.play({ status: 400, body: { error: { message: "This model's maximum context length is 8192 tokens", type: 'invalid_request_error', code: 'context_length_exceeded' } } });
    assert.equal((await ask({})).error.kind, 'context_overflow');
  });

  test('of max_tokens and of a field is got past once, and that is remembered', async () => {
    const no = (message) => ({ status: 400, body: { error: { message, type: 'invalid_request_error', code: 'unsupported_parameter' } } });
    server.play(no("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."),
      no('stream_options: Extra inputs are not permitted'), rich, text('ok'));
    const { turns, retries } = await ask({ tools: TOOLS, max_turns: 2, answer: 'x' });
    assert.equal(turns.length, 2);
    assert.equal(retries.length, 2);
    const sent = server.journal.map((j) => JSON.parse(j.body));
    assert.deepEqual(sent.map((b) => [!!b.max_tokens, !!b.max_completion_tokens, !!b.stream_options]), [[true, false, true], [false, true, true], [false, true, false], [false, true, false]]);
  });

  test('of the key names where it came from', async () => {
    assert.equal((await ask({}, { OPENAI_API_KEY: 'wrong-5ECRE7' })).error.message, 'The model API refused the key (401): check OPENAI_API_KEY.');
    assert.match((await ask({}, { OPENAI_API_KEY: '' })).error.message, /set OPENAI_API_KEY/);
    assert.match((await ask({ base_url: 'https://api.openai.com/v1' }, { OPENAI_API_KEY: '' })).error.message, /^OPENAI_API_KEY is not set/);
  });
});

describe('a broken answer', () => {
  for (const [name, stream] of Object.entries({ 'cut before anything': { cut: 0 }, 'cut midway': { cut: 4 }, 'cut inside a call': { cut: 9 }, reset: { reset: 3 }, 'with malformed JSON': { bad_json: 3 },
    'that reports an error as OpenRouter does': { error: { after: 3, chunk: { error: { code: 502, message: 'upstream' }, choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }] } } } }))
    test(`${name} is discarded whole and asked for again`, async () => {
      server.play({ ...rich, stream }, text('again'));
      const { turns, retries } = await ask({ tools: TOOLS });
      assert.equal(turns[0].text, 'again');
      assert.equal(retries.length, 1);
    });

  test('that stalls is given up', async () => {
    server.play({ ...rich, stream: { stall: 3 } }, text('again'));
    assert.equal((await ask({ tools: TOOLS, idle_ms: 300 })).turns[0].text, 'again');
  });
});

test('aimock is taken for what it stands in for', async () => {
  const mock = new LLMock({ port: 0 });
  mock.onMessage('do it', { toolCalls: [{ name: 'read_file', arguments: '{"path":"a"}' }] });
  mock.onToolResult?.(/.*/, { content: 'done' });
  await mock.start();
  try {
    const { turns, error } = await ask({ base_url: `${mock.url}/v1`, tools: TOOLS, max_turns: 1 });
    assert.equal(error, undefined, JSON.stringify(error));
    assert.deepEqual(JSON.parse(turns[0].calls[0].input), { path: 'a' });
  } finally { await mock.stop(); }
});
