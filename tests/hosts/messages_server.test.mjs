// The official SDK judges the fault server that stands in for the Messages API: what it accepts from the real one, it
// accepts from the fake, and the fake refuses what the real one refuses.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { start } from '../fakes/messages_server.mjs';

const KEY = 'test-key-1';
const TOOLS = [{ name: 'read_file', description: 'Reads a file', input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'], additionalProperties: false } }];
const rich = { blocks: [{ type: 'thinking' }, { type: 'text', text: 'Grüße 😀, reading both.\n' }, { type: 'tool_use', name: 'read_file', input: { path: 'app/ä.ts' } }, { type: 'tool_use', name: 'read_file', input: { path: 'b.ts', deep: { a: [1, 2.5, null] } } }] };
const text = (t) => ({ blocks: [{ type: 'text', text: t }] });

let server;
before(async () => { server = await start(); });
after(() => server.close());

describe('the fault server is what the official SDK takes for the real one', () => {
  const client = (options = {}) => new Anthropic({ baseURL: server.url, apiKey: KEY, maxRetries: 0, ...options });
  const params = { model: 'claude-sonnet-5-5', max_tokens: 1024, messages: [{ role: 'user', content: 'hi' }] };

  test('messages.stream assembles what was scripted', async () => {
    server.play({ ...rich, stream: { pings: 1, split: 5, crlf: true } });
    const message = await client().messages.stream(params).finalMessage();
    assert.deepEqual(message.content.map((b) => b.type), ['thinking', 'text', 'tool_use', 'tool_use']);
    assert.equal(message.content[1].text, rich.blocks[1].text);
    assert.deepEqual(message.content[3].input, rich.blocks[3].input);
    assert.equal(message.stop_reason, 'tool_use');
  });

  test('its toolRunner completes a loop with parallel tools and signed thinking', async () => {
    server.play(rich, { blocks: [{ type: 'thinking' }, { type: 'tool_use', name: 'read_file', input: { path: 'c' } }] }, text('done'));
    const tool = { type: 'custom', ...TOOLS[0], run: async ({ path: p }) => `content of ${p}`, parse: (x) => x };
    const runner = client().beta.messages.toolRunner({ ...params, system: 'You are an engineer. '.repeat(200), tools: [tool], stream: true, thread: false });
    let last;
    for await (const stream of runner) last = await stream.finalMessage();
    assert.equal(last.content.at(-1).text, 'done');
    assert.equal(server.journal.length, 3);
  });

  test('its errors are the classes of the SDK, and it retries as against the real API', async () => {
    server.play({ status: 529 }, { status: 429, headers: { 'retry-after-ms': '30' } }, text('third'));
    const message = await client({ maxRetries: 2 }).messages.stream(params).finalMessage();
    assert.equal(message.content[0].text, 'third');
    await assert.rejects(client({ apiKey: 'wrong' }).messages.create(params), Anthropic.AuthenticationError);
    await assert.rejects(client().messages.create({ ...params, temperature: 1 }), Anthropic.BadRequestError);
    server.play({ ...text('abc'), stream: { error: { after: 3, error: { type: 'overloaded_error', message: 'Overloaded' } } } });
    await assert.rejects(client().messages.stream(params).finalMessage(), /Overloaded/);
  });

  test('it refuses what the real API refuses', async () => {
    const bad = (over) => client().messages.create({ ...params, ...over }).then(() => assert.fail('accepted'), (e) => e.message);
    const call = { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'read_file', input: {} }] };
    const result = { type: 'tool_result', tool_use_id: 'a', content: 'x' };
    assert.match(await bad({ max_tokens: undefined }), /max_tokens: Field required/);
    assert.match(await bad({ messages: [...params.messages, { role: 'assistant', content: 'pre' }] }), /prefill/);
    assert.match(await bad({ tools: TOOLS, tool_choice: { type: 'any' } }), /forced tool choice/);
    assert.match(await bad({ tools: TOOLS, messages: [...params.messages, call, { role: 'user', content: 'x' }] }), /without `tool_result`/);
    assert.match(await bad({ tools: TOOLS, messages: [...params.messages, call, { role: 'user', content: [{ type: 'text', text: 'x' }, result] }] }), /before text/);
    assert.match(await bad({ tools: TOOLS, messages: [...params.messages, call, { role: 'user', content: [result, result] }] }), /repeated/);
    assert.match(await bad({ messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] }), /non-empty/);
    assert.match(await bad({ thinking: { type: 'disabled' } }), /thinking/);
  });

  test('it refuses thinking that is replayed into another conversation', async () => {
    server.play({ blocks: [{ type: 'thinking' }, { type: 'text', text: 'a' }] }, text('b'));
    const { content } = await client().messages.create(params);
    const history = (first) => [{ role: 'user', content: first }, { role: 'assistant', content }, { role: 'user', content: 'on' }];
    await assert.rejects(client().messages.create({ ...params, messages: history('hello') }), /messages\.1\.content\.0: Invalid `signature`/);
    await client().messages.create({ ...params, messages: history('hi') });
  });
});
