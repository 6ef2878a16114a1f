// OpenAI's official client judges the fault server that stands in for chat completions: what it accepts from the real
// one, it accepts from the fake, and the fake refuses what the real one refuses.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { start } from '../fakes/chat_server.mjs';

let server;
before(async () => { server = await start(); });
after(() => server.close());

const client = (options = {}) => new OpenAI({ baseURL: server.url, apiKey: 'test-key-1', maxRetries: 0, ...options });
const tool = { type: 'function', function: { name: 'read_file', description: 'Reads', parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] } } };
const params = { model: 'm', messages: [{ role: 'user', content: 'hi' }], tools: [tool] };
const rich = { blocks: [{ type: 'thinking', thinking: 'hmm' }, { type: 'text', text: 'Grüße 😀' }, { type: 'tool_use', name: 'read_file', id: 'a', input: { path: 'ä.ts' } }, { type: 'tool_use', name: 'read_file', id: 'b', input: { path: 'b' } }] };

test('its stream helper assembles what was scripted', async () => {
  server.play({ ...rich, stream: { split: 5, crlf: true, comments: true } });
  const done = await client().chat.completions.stream({ ...params, stream_options: { include_usage: true } }).finalChatCompletion();
  const { message, finish_reason } = done.choices[0];
  assert.equal(message.content, 'Grüße 😀');
  assert.deepEqual(message.tool_calls.map((c) => [c.id, JSON.parse(c.function.arguments).path]), [['a', 'ä.ts'], ['b', 'b']]);
  assert.equal(finish_reason, 'tool_calls');
  assert.equal(done.usage.completion_tokens, 20);
});

test('its runTools completes a loop with parallel tools', async () => {
  server.play(rich, { blocks: [{ type: 'text', text: 'done' }] });
  const run = client().chat.completions.runTools({ ...params, stream: true, tools: [{ ...tool, function: { ...tool.function, parse: JSON.parse, function: async ({ path }) => `content of ${path}` } }] });
  assert.equal(await run.finalContent(), 'done');
  assert.deepEqual(JSON.parse(server.journal[1].body).messages.map((m) => m.role), ['user', 'assistant', 'tool', 'tool']);
});

test('its errors are the classes of the client, and it retries as against the real API', async () => {
  server.play({ status: 500 }, { status: 429, headers: { 'retry-after-ms': '30' } }, { blocks: [{ type: 'text', text: 'third' }] });
  const done = await client({ maxRetries: 2 }).chat.completions.stream(params).finalChatCompletion();
  assert.equal(done.choices[0].message.content, 'third');
  await assert.rejects(client({ apiKey: 'wrong' }).chat.completions.create(params), OpenAI.AuthenticationError);
  server.play({ blocks: [{ type: 'text', text: 'abcdefghijkl' }], stream: { error: { after: 2, chunk: { error: { message: 'Overloaded', type: 'server_error', code: 502 } } } } });
  await assert.rejects(client().chat.completions.stream(params).finalChatCompletion(), /Overloaded/);
});

test('it refuses what the real API refuses', async () => {
  const bad = (over) => client().chat.completions.create({ ...params, ...over }).then(() => assert.fail('accepted'), (e) => e.message);
  const called = { role: 'assistant', content: '', tool_calls: [{ id: 'a', type: 'function', function: { name: 'read_file', arguments: '{}' } }] };
  assert.match(await bad({ messages: [] }), /non-empty/);
  assert.match(await bad({ messages: [...params.messages, called, { role: 'user', content: 'x' }] }), /must be followed by tool messages/);
  assert.match(await bad({ messages: [...params.messages, { role: 'tool', tool_call_id: 'z', content: 'x' }] }), /answers no call/);
  assert.match(await bad({ stream_options: { include_usage: true } }), /only allowed when/);
});
