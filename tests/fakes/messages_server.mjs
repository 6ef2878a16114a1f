// A Messages API server on loopback that plays scripts: turns and faults, one a request. It judges requests as the real
// API does (messages_rules.mjs) before it plays the next step, and journals every request. The official SDK accepts it
// (tests/hosts/messages_server.test.mjs).
//
//   node messages_server.mjs [SCRIPT.json]      prints its URL; ends when its stdin does
//   POST /__script  {"steps": […]}              replaces the script
//   GET /__journal                              [{path, headers, body, status, at, began, ended, disconnected}], times in ms
//
// A step is one of
//   {"blocks": [{type: "text", text} | {type: "thinking", thinking?} | {type: "tool_use", name, id?, input? | raw_input?}],
//    "stop_reason"?, "stop_details"?, "iterations"? (of usage), "stream"?: {…}}           a turn; raw_input is streamed as it stands
//   {"status": 429, "body"?: {…} | "text", "headers"?: {…}}     a refusal
//   {"raw": "text", "content_type"?}                            a 200 with this body
//   {"hang": true} | {"destroy": true}                          nothing at all; a reset
// stream: split (bytes a write), crlf, cr, bom, pings, comments, unknown (events, deltas, blocks), interleaved (as
//   llama.cpp), delay (ms between events), cut | stall | reset (after that many events), bad_json (instead of that one),
//   error ({after, error}), huge_line (bytes), huge_text (bytes), no_usage.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { hash, PromptCache, requestProblem, Signatures } from './messages_rules.mjs';

const TYPES = { 400: 'invalid_request_error', 401: 'authentication_error', 402: 'billing_error', 403: 'permission_error',
  404: 'not_found_error', 409: 'conflict_error', 413: 'request_too_large', 429: 'rate_limit_error', 500: 'api_error', 504: 'timeout_error', 529: 'overloaded_error' };
export const error = (status, message, type = TYPES[status]) => ({ type: 'error', error: { type, message }, request_id: 'req_fake' });

const pieces = (text, size) => text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? [];

// The events of a turn, as [name, data].
function eventsOf(message, stream) {
  const out = [['message_start', { message: { ...message, content: [], stop_reason: null, stop_details: undefined, usage: { ...message.usage, output_tokens: 1 } } }]];
  const stops = [];
  for (const [index, block] of message.content.entries()) {
    const start = { text: { type: 'text', text: '' }, thinking: { type: 'thinking', thinking: '', signature: '' },
      tool_use: { type: 'tool_use', id: block.id, name: block.name, input: {}, caller: { type: 'direct' } } }[block.type] ?? block;
    const content_block = { ...start };
    if (block.type === 'compaction') Object.assign(content_block, { content: null, encrypted_content: null });
    if (stream.interleaved) { delete content_block.input; delete content_block.signature; }
    out.push(['content_block_start', { index, content_block }]);
    const delta = (d) => out.push(['content_block_delta', { index, delta: d }]);
    if (block.type === 'text') for (const text of pieces(block.text, stream.huge_text ? 65536 : 9)) delta({ type: 'text_delta', text });
    if (block.type === 'thinking') {
      for (const thinking of pieces(block.thinking, 9)) delta({ type: 'thinking_delta', thinking });
      delta({ type: 'signature_delta', signature: block.signature });
    }
    if (block.type === 'tool_use') {
      if (block.raw_input !== '') delta({ type: 'input_json_delta', partial_json: '' });
      for (const partial_json of pieces(block.raw_input ?? JSON.stringify(block.input ?? {}), stream.huge_text ? 65536 : 7)) delta({ type: 'input_json_delta', partial_json });
    }
    if (block.type === 'compaction') delta({ type: 'compaction_delta', content: block.content, encrypted_content: block.encrypted_content });
    if (stream.unknown) delta({ type: 'mystery_delta', mystery: 1 });
    const stop = ['content_block_stop', { index }];
    (stream.interleaved ? stops : out).push(stop);
  }
  const usage = stream.no_usage ? undefined : { ...message.usage, input_tokens: null };
  out.push(...stops, ['message_delta', { delta: { stop_reason: message.stop_reason, stop_sequence: null, stop_details: message.stop_details ?? null, container: null }, usage }], ['message_stop', {}]);
  return out;
}

function framesOf(message, stream) {
  const frame = (name, data) => `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;
  const frames = [];
  for (const [i, [name, data]] of eventsOf(message, stream).entries()) {
    if (stream.error?.after === i) return [...frames, `event: error\ndata: ${JSON.stringify(stream.error.bare ?? { type: 'error', error: stream.error.error, request_id: 'req_fake' })}\n\n`];
    if (stream.pings) frames.push(frame('ping', {}).repeat(stream.pings));
    if (stream.comments) frames.push(':\n\n');
    if (stream.unknown && i % 3 === 1) frames.push(frame('mystery', { index: 99 }));
    if (stream.huge_line && i === 1) frames.push(`data: ${'x'.repeat(stream.huge_line)}\n\n`);
    frames.push(i === stream.bad_json ? `event: ${name}\ndata: {"type":"${name}",\n\n` : frame(name, data));
  }
  if (stream.bom) frames[0] = `\uFEFF${frames[0]}`;
  return stream.crlf || stream.cr ? frames.map((f) => f.replaceAll('\n', stream.crlf ? '\r\n' : '\r')) : frames;
}

async function playStream(response, message, stream) {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_fake', 'cache-control': 'no-cache' });
  response.flushHeaders();
  const closed = once(response, 'close').catch(() => {});
  for (const [i, text] of framesOf(message, stream).entries()) {
    if (response.destroyed) return;
    if (i === stream.stall) return closed;
    if (i === stream.reset) return response.socket.resetAndDestroy();
    if (i === stream.cut) break;
    if (stream.delay) await sleep(stream.delay);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += stream.split ?? bytes.length) {
      if (!response.write(bytes.subarray(at, at + (stream.split ?? bytes.length))) && !response.destroyed) await Promise.race([once(response, 'drain'), closed]);
      if (stream.split) await new Promise(setImmediate);
    }
  }
  response.end();
}

export async function start({ steps = [], port = 0 } = {}) {
  const began = performance.now();
  const now = () => Math.round(performance.now() - began);
  const signatures = new Signatures(), cache = new PromptCache();
  const journal = [];
  let script = [...steps], ids = 0;

  function messageOf(step, body, account) {
    const content = [];
    for (const block of step.blocks) {
      const made = { ...block };
      if (made.type === 'thinking') made.signature = signatures.sign(body, account, content.map(({ raw_input, ...b }) => b), (made.thinking ??= ''));
      if (made.type === 'tool_use') {
        made.id ??= `toolu_${++ids}`;
        if (made.raw_input === undefined) made.input ??= {};
        else try { made.input = JSON.parse(made.raw_input || '{}'); } catch { made.input = { INVALID_JSON: made.raw_input }; }
        made.caller ??= { type: 'direct' };
      }
      if (made.type === 'text' && step.stream?.huge_text) made.text = 'y'.repeat(step.stream.huge_text);
      content.push(made);
    }
    const output = Math.ceil(JSON.stringify(content).length / 4);
    const usage = step.stream?.no_usage ? {} : { ...cache.usage(body, account), output_tokens: output, output_tokens_details: { thinking_tokens: 3 }, ...(step.iterations ? { iterations: step.iterations } : {}) };
    return { id: `msg_${++ids}`, type: 'message', role: 'assistant', model: body.model, content,
      stop_reason: step.stop_reason !== undefined ? step.stop_reason : content.some((b) => b.type === 'tool_use') ? 'tool_use' : 'end_turn',
      stop_sequence: null, stop_details: step.stop_details ?? null, usage };
  }

  async function messages(request, response, raw, entry) {
    const refuse = (status, body, headers = {}) => {
      entry.status = status;
      response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json', 'request-id': 'req_fake', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const { 'x-api-key': apiKey, authorization } = request.headers;
    const key = apiKey ?? authorization?.replace(/^Bearer /, '');
    if (!key || (apiKey && authorization)) return refuse(401, error(401, 'exactly one of x-api-key and Authorization is required'));
    // The real API does not quote the key. A proxy may.
    if (!key.startsWith('test-key')) return refuse(401, error(401, `invalid x-api-key: ${key}`));
    let body;
    try { body = JSON.parse(raw); } catch { return refuse(400, error(400, 'The request body is not valid JSON')); }
    const problem = requestProblem(body, request.headers) ?? signatures.violation(body, key);
    if (problem) return refuse(400, error(400, problem));
    const step = (typeof script === 'function' ? script(body) : script.shift()) ?? { status: 500, body: error(500, 'the script is over'), headers: { 'x-should-retry': 'false' } };
    if (step.hang) return once(response, 'close');
    if (step.destroy) return request.socket.resetAndDestroy();
    if (step.status) return refuse(step.status, step.body ?? error(step.status, step.message ?? 'scripted'), step.headers);
    entry.status = 200;
    if (step.raw !== undefined) return void response.writeHead(200, { 'content-type': step.content_type ?? 'text/html' }).end(step.raw);
    const message = messageOf(step, body, key);
    if (body.stream) return playStream(response, message, step.stream ?? {});
    message.content = message.content.map(({ raw_input, ...b }) => b);
    return void response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_fake' }).end(JSON.stringify(message));
  }

  const server = createServer(async (request, response) => {
    const chunks = [];
    try { for await (const chunk of request) chunks.push(chunk); } catch { return; }
    const raw = Buffer.concat(chunks).toString();
    const { pathname } = new URL(request.url, 'http://x');
    const json = (value) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (pathname === '/__script') { script = JSON.parse(raw).steps; journal.length = 0; return json({}); }
    if (pathname === '/__journal') return json(journal);
    const headers = { ...request.headers };
    for (const name of ['x-api-key', 'authorization']) if (headers[name]) headers[name] = `sha256:${hash(headers[name])}`;
    const entry = { path: request.url, headers, body: raw, status: 0, at: now() };
    journal.push(entry);
    response.on('close', () => { entry[response.writableFinished ? 'ended' : 'disconnected'] = now(); });
    if (request.method === 'POST' && pathname === '/v1/messages') return messages(request, response, raw, entry);
    if (pathname === '/moved/v1/messages') return void response.writeHead(307, { location: '/v1/messages' }).end();
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(error(404, 'Not found')));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    journal,
    now,
    // Steps in turn, or a function of the request's body that gives the step.
    play: (...next) => { script = typeof next[0] === 'function' ? next[0] : next; journal.length = 0; },
    left: () => script.length,
    close: () => { server.closeAllConnections(); server.close(); },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { steps } = process.argv[2] ? JSON.parse(readFileSync(process.argv[2], 'utf8')) : { steps: [] };
  const server = await start({ steps });
  console.log(server.url);
  process.stdin.on('end', server.close).on('close', server.close).resume();
}
