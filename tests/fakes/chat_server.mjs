// A chat completions server on loopback that plays scripts, as messages_server.mjs does for the Messages API, in the
// dialects of the servers that are out there. It refuses what OpenAI's API refuses of a conversation. The official client
// accepts it (tests/hosts/chat_server.test.mjs).
//
// A step is one of
//   {"blocks": [{type: "text", text} | {type: "thinking", thinking} | {type: "tool_use", name, id?, input? | raw_input?}],
//    "finish"?: reason, "refusal"?: text, "stream"?: {…}}       a turn
//   {"status": 429, "body"?: {…} | "text", "headers"?: {…}}     a refusal
//   {"raw": "text", "content_type"?} | {"hang": true} | {"destroy": true}
// stream: split (bytes a write), crlf, comments (as OpenRouter), whole (each call in one chunk), no_index, no_id,
//   object_arguments, reasoning ("reasoning_content", "reasoning", "inline"), usage ("every", "none"), no_done, no_finish,
//   role_only_once, cut | stall | reset (after that many chunks), bad_json (instead of that one), error ({after, chunk}).
import { createServer } from 'node:http';
import { once } from 'node:events';

const failure = (message, type = 'invalid_request_error', code = null) => ({ error: { message, type, param: null, code } });

const pieces = (text, size) => text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? [];

// What OpenAI's API says of a request that it does not take.
function problem(body) {
  if (typeof body.model !== 'string') return "you must provide a model parameter";
  if (!Array.isArray(body.messages) || !body.messages.length) return "'messages' must be a non-empty array";
  if (body.stream_options && !body.stream) return "'stream_options' is only allowed when 'stream' is enabled";
  let open = new Set();
  for (const [i, m] of body.messages.entries()) {
    if (m.role === 'tool') {
      if (!open.delete(m.tool_call_id)) return `messages.${i}: tool_call_id ${m.tool_call_id} answers no call before it`;
      if (typeof m.content !== 'string') return `messages.${i}.content: expected a string`;
      continue;
    }
    if (open.size) return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id' (${[...open]})`;
    if (!['system', 'developer', 'user', 'assistant'].includes(m.role)) return `messages.${i}.role: unknown`;
    if (typeof m.content !== 'string' && !(m.role === 'assistant' && m.content === null && m.tool_calls)) return `messages.${i}.content: expected a string`;
    for (const call of m.tool_calls ?? []) {
      if (call.type !== 'function' || !call.id || !call.function?.name) return `messages.${i}.tool_calls: malformed`;
      try { JSON.parse(call.function.arguments); } catch { return `messages.${i}.tool_calls: arguments are no JSON`; }
      open.add(call.id);
    }
  }
  if (open.size) return 'unanswered tool calls at the end';
  for (const tool of body.tools ?? [])
    if (tool.type !== 'function' || !/^[\w-]{1,64}$/.test(tool.function?.name ?? '') || tool.function.parameters?.type !== 'object') return 'tools: malformed';
  return undefined;
}

function chunksOf(step, head, usage) {
  const stream = step.stream ?? {};
  const out = [];
  const say = (delta, finish_reason = null) => out.push({ ...head, choices: [{ index: 0, delta, finish_reason }], ...(stream.usage === 'every' ? { usage } : {}) });
  say({ role: 'assistant', content: '' });
  let calls = 0;
  for (const block of step.blocks) {
    if (block.type === 'thinking') {
      const name = stream.reasoning ?? 'reasoning_content';
      if (name === 'inline') for (const content of pieces(`<think>${block.thinking}</think>\n\n`, 5)) say({ content });
      else for (const text of pieces(block.thinking, 9)) say({ [name]: text });
    }
    if (block.type === 'text') for (const content of pieces(block.text, 9)) say({ content });
    if (block.type === 'tool_use') {
      const text = block.raw_input ?? JSON.stringify(block.input ?? {});
      const index = stream.no_index ? {} : { index: calls };
      const id = stream.no_id ? { id: '' } : { id: block.id ?? `call_${head.id}_${calls}` };
      ++calls;
      const called = (args) => ({ ...index, ...id, type: 'function', function: { name: block.name, arguments: args } });
      if (stream.object_arguments) say({ tool_calls: [called(JSON.parse(text))] });
      else if (stream.whole) say({ tool_calls: [called(text)] });
      else {
        say({ tool_calls: [called('')] });
        for (const piece of pieces(text, 7)) say({ tool_calls: [{ ...index, function: { arguments: piece } }] });
      }
    }
  }
  if (step.refusal) say({ refusal: step.refusal });
  if (!stream.no_finish) say({}, step.finish ?? (calls ? 'tool_calls' : 'stop'));
  if (!stream.usage) out.push({ ...head, choices: [], usage });
  return out;
}

async function play(response, step, head, usage) {
  const stream = step.stream ?? {};
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_chat' });
  response.flushHeaders();
  const frames = chunksOf(step, head, usage).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  if (!stream.no_done) frames.push('data: [DONE]\n\n');
  for (const [i, frame] of frames.entries()) {
    if (response.destroyed) return;
    if (i === stream.stall) return void await once(response, 'close').catch(() => {});
    if (i === stream.reset) return response.socket.resetAndDestroy();
    if (i === stream.cut) break;
    let text = i === stream.bad_json ? 'data: {"choices":[\n\n' : frame;
    if (stream.error?.after === i) text = `data: ${JSON.stringify(stream.error.chunk)}\n\n`;
    if (stream.comments) text = `: OPENROUTER PROCESSING\n\n${text}`;
    if (stream.crlf) text = text.replaceAll('\n', '\r\n');
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += stream.split ?? bytes.length) {
      response.write(bytes.subarray(at, at + (stream.split ?? bytes.length)));
      if (stream.split) await new Promise(setImmediate);
    }
    if (stream.error?.after === i) break;
  }
  response.end();
}

export async function start({ steps = [] } = {}) {
  const journal = [];
  let script = [...steps], turns = 0;
  const server = createServer(async (request, response) => {
    const parts = [];
    try { for await (const part of request) parts.push(part); } catch { return; }
    const raw = Buffer.concat(parts).toString();
    const entry = { path: request.url, headers: request.headers, body: raw, status: 0, disconnected: false };
    journal.push(entry);
    response.on('close', () => { entry.disconnected = !response.writableFinished; });
    const refuse = (status, body, headers = {}) => {
      entry.status = status;
      response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return refuse(404, { detail: 'Not Found' });
    if (!request.headers.authorization?.startsWith('Bearer test-key')) return refuse(401, failure('Incorrect API key provided', 'invalid_request_error', 'invalid_api_key'));
    let body;
    try { body = JSON.parse(raw); } catch { return refuse(400, failure('We could not parse the JSON body of your request.')); }
    const wrong = problem(body);
    if (wrong) return refuse(400, failure(wrong));
    const step = (typeof script === 'function' ? script(body) : script.shift()) ?? { status: 500, body: failure('the script is over', 'server_error'), headers: { 'x-should-retry': 'false' } };
    if (step.hang) return once(response, 'close');
    if (step.destroy) return request.socket.resetAndDestroy();
    if (step.status) return refuse(step.status, step.body ?? failure('scripted', 'server_error'), step.headers);
    entry.status = 200;
    if (step.raw !== undefined) return void response.writeHead(200, { 'content-type': step.content_type ?? 'text/html' }).end(step.raw);
    const prompt = Math.ceil(raw.length / 4);
    const usage = { prompt_tokens: prompt, completion_tokens: 20, total_tokens: prompt + 20, prompt_tokens_details: { cached_tokens: Math.floor(prompt / 2) } };
    return play(response, step, { id: `c${++turns}`, object: 'chat.completion.chunk', created: 1, model: body.model }, usage);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    journal,
    play: (...next) => { script = typeof next[0] === 'function' ? next[0] : next; journal.length = 0; },
    close: () => { server.closeAllConnections(); server.close(); },
  };
}
