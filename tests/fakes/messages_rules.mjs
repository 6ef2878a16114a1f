// What the Messages API refuses, what thinking is signed over, and what the prompt cache would do: the parts of a
// server's behaviour that a client can get wrong, as pure functions. Source: reference/model-apis.md 1.0, 1.3, 1.7.
import { createHash } from 'node:crypto';

export const hash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 24);

// Neither key order nor cache markers are part of what is signed and cached.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const keys = Object.keys(value).filter((k) => k !== 'cache_control').sort();
  return `{${keys.map((k) => `${JSON.stringify(k)}:${canonical(value[k])}`).join(',')}}`;
}

const blocks = (content) => (typeof content === 'string' ? [{ type: 'text', text: content }] : content);
const systemBlocks = (body) => (body.system === undefined ? [] : blocks(body.system));
const sortedTools = (body) => [...(body.tools ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));

// Everything before messages[upTo], and the account and model it was said to.
export function prefixHash(body, account, upTo, earlier = []) {
  const before = body.messages.slice(0, upTo).map((m) => ({ role: m.role, content: blocks(m.content) }));
  return hash([body.model, account, canonical(sortedTools(body)), canonical(systemBlocks(body)), canonical(before), canonical(earlier)].join('\n'));
}

export class Signatures {
  #bound = new Map();
  sign(body, account, earlier, thinking) {
    const prefix = prefixHash(body, account, body.messages.length, earlier);
    const signature = `Eq${hash(prefix + thinking)}==`;
    this.#bound.set(signature, prefix);
    return signature;
  }
  // The first thinking block that is bound to another conversation, as the API words it.
  violation(body, account) {
    for (const [i, message] of body.messages.entries()) {
      if (message.role !== 'assistant' || typeof message.content === 'string') continue;
      for (const [j, block] of message.content.entries()) {
        if (block.type !== 'thinking') continue;
        if (this.#bound.get(block.signature) !== prefixHash(body, account, i, message.content.slice(0, j)))
          return `messages.${i}.content.${j}: Invalid \`signature\` in \`thinking\` block. The block is bound to a different conversation.`;
      }
    }
    return null;
  }
}

const tokens = (text) => Math.ceil(Buffer.byteLength(text) / 4);

export class PromptCache {
  #known = new Map(); // model and account -> hashes of cached prefixes
  usage(body, account) {
    const rendered = [
      ...sortedTools(body).map((t) => [t, t.cache_control]),
      ...systemBlocks(body).map((b) => [b, b.cache_control]),
      ...body.messages.flatMap((m) => blocks(m.content).map((b) => [{ role: m.role, ...b }, b.cache_control])),
    ];
    const known = this.#known.get(body.model + account) ?? new Set();
    this.#known.set(body.model + account, known);
    let state = '', total = 0, read = 0, marked = 0;
    const writes = [];
    for (const [i, [block, marker]] of rendered.entries()) {
      const text = canonical(block);
      state = hash(state + text);
      total += tokens(text);
      if (known.has(state)) read = total;
      if ((marker || (body.cache_control && i === rendered.length - 1)) && total >= 512) {
        marked = total;
        writes.push(state);
      }
    }
    if (marked === 0) return { input_tokens: total, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
    writes.forEach((w) => known.add(w));
    const written = Math.max(marked - read, 0);
    return {
      input_tokens: total - Math.max(read, marked),
      cache_creation_input_tokens: written,
      cache_read_input_tokens: read,
      cache_creation: { ephemeral_5m_input_tokens: written, ephemeral_1h_input_tokens: 0 },
    };
  }
}

const FIELDS = new Set(['model', 'max_tokens', 'messages', 'stream', 'system', 'tools', 'tool_choice', 'thinking', 'output_config',
  'cache_control', 'metadata', 'stop_sequences', 'service_tier', 'speed', 'inference_geo', 'container', 'diagnostics', 'context_management']);
const TOOL_FIELDS = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'eager_input_streaming', 'cache_control', 'input_examples']);
const BLOCK_TYPES = { user: ['text', 'image', 'document', 'tool_result'], assistant: ['text', 'thinking', 'redacted_thinking', 'tool_use', 'compaction', 'x_unknown'] };

function strictProblem(schema, at) {
  if (schema === null || typeof schema !== 'object') return null;
  for (const word of ['minimum', 'maximum', 'multipleOf', 'minLength', 'maxLength', 'maxItems'])
    if (word in schema) return `${at}: '${word}' is not supported in strict mode`;
  if (schema.type === 'object' && (schema.additionalProperties !== false || !Array.isArray(schema.required)))
    return `${at}: 'additionalProperties' must be false and 'required' must be present in strict mode`;
  for (const [name, sub] of Object.entries(schema.properties ?? {})) {
    const problem = strictProblem(sub, `${at}.${name}`);
    if (problem) return problem;
  }
  return schema.items ? strictProblem(schema.items, `${at}.items`) : null;
}

function toolProblem(body) {
  const names = new Set();
  for (const [i, tool] of (body.tools ?? []).entries()) {
    const at = `tools.${i}.custom`;
    for (const key of Object.keys(tool)) if (!TOOL_FIELDS.has(key)) return `${at}.${key}: Extra inputs are not permitted`;
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(tool.name ?? '')) return `${at}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`;
    if (names.has(tool.name)) return 'tools: Tool names must be unique.';
    names.add(tool.name);
    if (tool.input_schema?.type !== 'object') return `${at}.input_schema.type: Field required`;
    const strict = tool.strict ? strictProblem(tool.input_schema, `${at}.input_schema`) : null;
    if (strict) return strict;
  }
  return null;
}

function blockProblem(message, i) {
  let text = false;
  for (const [j, block] of blocks(message.content).entries()) {
    const at = `messages.${i}.content.${j}`;
    if (!BLOCK_TYPES[message.role].includes(block.type)) return `${at}: Input tag '${block.type}' found using 'type' does not match any of the expected tags`;
    if (block.type === 'text') {
      text = true;
      if (typeof block.text !== 'string' || block.text === '') return 'messages: text content blocks must be non-empty';
      if (!block.text.trim()) return 'messages: text content blocks must contain non-whitespace text';
      if (message.role === 'user' && block.citations?.length) return `${at}.citations: not permitted in user messages`;
    }
    if (block.type === 'tool_use') {
      if (!/^[a-zA-Z0-9_-]+$/.test(block.id ?? '')) return `${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
      if (block.input === null || typeof block.input !== 'object' || Array.isArray(block.input)) return `${at}.tool_use.input: Input should be a valid dictionary`;
    }
    if (block.type === 'tool_result' && text) return `${at}: tool_result blocks must come before text in a user message`;
  }
  return null;
}

function messageProblem(body) {
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) return 'messages: at least one message is required';
  if (messages[0].role !== 'user') return 'messages: first message must use the "user" role';
  if (messages.at(-1).role === 'assistant') return 'This model does not support assistant message prefill. The conversation must end with a user message.';
  let tools = false;
  for (const [i, message] of messages.entries()) {
    if (message.role !== 'user' && message.role !== 'assistant') return `messages.${i}.role: Input should be 'user' or 'assistant'`;
    if (!message.content || message.content.length === 0) return `messages.${i}: all messages must have non-empty content`;
    const problem = blockProblem(message, i);
    if (problem) return problem;
    const own = blocks(message.content);
    const calls = i > 0 && messages[i - 1].role === 'assistant' ? blocks(messages[i - 1].content).filter((b) => b.type === 'tool_use') : [];
    const answers = own.filter((b) => b.type === 'tool_result').map((b) => b.tool_use_id);
    tools ||= own.some((b) => b.type === 'tool_use' || b.type === 'tool_result');
    const missing = calls.map((c) => c.id).filter((id) => !answers.includes(id));
    if (missing.length) return `messages.${i - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}.`;
    const stray = answers.find((id, n) => !calls.some((c) => c.id === id) || answers.indexOf(id) !== n);
    if (stray) return `messages.${i}: unexpected or repeated \`tool_use_id\` found in \`tool_result\` blocks: ${stray}`;
  }
  if (tools && !body.tools?.length) return 'tools: Field required when the conversation holds tool blocks';
  return null;
}

// Why the API would answer 400, or null.
export function requestProblem(body, headers) {
  const version = headers['anthropic-version'];
  if (!version) return 'anthropic-version: header is required';
  if (!['2026-10-21', '2023-06-01'].includes(version)) return `anthropic-version: "${version}" is not a valid version`;
  if (!/^application\/json/.test(headers['content-type'] ?? '')) return 'content-type: must be application/json';
  for (const field of Object.keys(body)) {
    if (['temperature', 'top_p', 'top_k'].includes(field)) return `${field}: sampling parameters are not supported`;
    if (!FIELDS.has(field)) return `${field}: Extra inputs are not permitted`;
  }
  if (body.context_management) {
    if (!/\bcompact-2026-01-12\b/.test(headers['anthropic-beta'] ?? '')) return 'context_management: Extra inputs are not permitted';
    for (const edit of body.context_management.edits ?? [])
      if (edit.type !== 'compact_20260112' || edit.trigger?.type !== 'input_tokens' || !(edit.trigger.value >= 50000)) return 'context_management.edits.0: not an edit of this beta';
  }
  if (typeof body.model !== 'string') return 'model: Field required';
  if (!Number.isInteger(body.max_tokens) || body.max_tokens < 1) return 'max_tokens: Field required';
  if (body.max_tokens > 128000) return `max_tokens: ${body.max_tokens} > 128000, which is the maximum allowed number of output tokens for ${body.model}`;
  if (['any', 'tool'].includes(body.tool_choice?.type)) return `tool_choice: forced tool choice is not supported on ${body.model}`;
  if (['enabled', 'disabled'].includes(body.thinking?.type)) return `thinking.type: "${body.thinking.type}" is not supported on ${body.model}`;
  const effort = body.output_config?.effort;
  if (effort !== undefined && !['low', 'medium', 'high', 'xhigh', 'max'].includes(effort)) return 'output_config.effort: Input should be low, medium, high, xhigh or max';
  if (systemBlocks(body).some((b) => !b.text?.trim())) return 'system: text content blocks must be non-empty';
  const marks = [...systemBlocks(body), ...(body.tools ?? []), ...(body.messages ?? []).flatMap((m) => blocks(m.content ?? []))].filter((b) => b.cache_control);
  if (marks.length + (body.cache_control ? 1 : 0) > 4) return 'A maximum of 4 blocks with cache_control may be provided.';
  return toolProblem(body) ?? messageProblem(body);
}
