// Real hosts at work, without a login: their model is a fake on loopback that wants our tool, their server is the one that
// `install` has registered, and what the tool answers arrives in their conversation.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { claude, hostClient } from './host_programs.mjs'
import { app, call, finish, route, text, turn } from './product.mjs'
import { name, terminal } from './runs_support.mjs'

const server = 'nextjs-backend-engineer'
const task = 'Add an import route'

let theirs, ours
before(async () => { [theirs, ours] = await Promise.all([startModel(), startModel()]) })
after(() => { theirs.close(); ours.close() })

// A home where `client` has our server, started with `options`.
async function home(t, client, options = []) {
  const folder = mkdtempSync(join(tmpdir(), 'nbe-headless-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const env = { PATH: process.env.PATH, HOME: folder, NO_COLOR: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' }
  for (const one of ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'XDG_CACHE_HOME']) if (process.env[one]) env[one] = process.env[one]
  const ran = await terminal({ args: [], env }, ['install', '--client', client, '--no-context7', '--max-verify', 'rules', ...options])
  assert.equal(ran.code, 0, ran.stderr)
  return { folder, env }
}

// As it is at a terminal, in the app.
async function run(program, words, env) {
  const child = spawn(program, words, { cwd: app, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const limit = setTimeout(() => child.kill('SIGKILL'), 120_000)
  let out = ''
  child.stdout.setEncoding('utf8').on('data', d => (out += d))
  child.stderr.setEncoding('utf8').on('data', d => (out += d))
  const [code] = await once(child, 'close')
  clearTimeout(limit)
  return { code, out }
}

// Our own model's turns, and the options to have it.
function withModel(t) {
  ours.play(turn(call('write_file', { path: 'app/api/import/route.ts', content: route })), turn(call('query_docs', { library: 'zod', question: 'safeParse' })), turn(finish()))
  const file = join(mkdtempSync(join(tmpdir(), 'nbe-key-')), 'key')
  t.after(() => rmSync(join(file, '..'), { recursive: true, force: true }))
  writeFileSync(file, 'test-key-of-the-server\n', { mode: 0o600 })
  return ['--key-file', file, '--base-url', ours.url]
}

const brief = /No model is configured\. So this is the brief/
const answer = /A route handler with a schema\.[^]*app\/api\/import\/route\.ts/

// ---- Claude Code ------------------------------------------------------------------------------------------------------

const tool = `mcp__${server}__${name}`
async function askClaude(t, options) {
  const { env } = await home(t, 'claude-code', options)
  const answered = body => body.messages.flatMap(m => m.content).find(block => block.type === 'tool_result')
  let said
  theirs.play(body => {
    if (!body.tools?.some(one => one.name === tool)) return turn(text('A title'))
    said ??= answered(body)
    return said ? turn(text('That was it.')) : turn(call(tool, { task }))
  })
  const ran = await run(claude(), ['-p', 'Add an import route', '--output-format', 'json', '--allowedTools', tool],
    { ...env, ANTHROPIC_BASE_URL: theirs.url, CLAUDE_CODE_OAUTH_TOKEN: 'test-key-of-the-host' })
  assert.equal(ran.code, 0, ran.out)
  assert.match(ran.out, /That was it\./)
  return JSON.stringify(said).replaceAll('\\n', '\n')
}

test('Claude Code calls the tool and has the brief in its conversation', async t => {
  // The address of the host's fake is in the environment that a server inherits.
  assert.match(await askClaude(t, ['--provider', 'sampling']), brief)
})

test('Claude Code has the finished answer in its conversation', async t => {
  assert.match(await askClaude(t, withModel(t)), answer)
  assert.equal(ours.journal.length, 3)
})

// ---- Codex ------------------------------------------------------------------------------------------------------------

// The Responses API, as far as Codex needs it: calls the tool once, and then has said enough.
async function responses(t) {
  const asked = []
  const api = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    if (!request.url.endsWith('/responses')) return void response.writeHead(404).end('{}')
    const input = JSON.parse(body).input
    asked.push(input)
    const done = input.some(item => item.type === 'function_call_output')
    const item = done
      ? { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'That was it.', annotations: [] }] }
      : { type: 'function_call', id: 'fc_1', call_id: 'call_1', status: 'completed', name, namespace: `mcp__${server.replaceAll('-', '_')}`, arguments: JSON.stringify({ task }) }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const send = (type, data) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
    send('response.created', { response: { id: 'r', status: 'in_progress', output: [] } })
    send('response.output_item.done', { output_index: 0, item })
    send('response.completed', { response: { id: 'r', status: 'completed', output: [item], usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 } } })
    response.end()
  }).listen(0, '127.0.0.1')
  await once(api, 'listening')
  t.after(() => api.close())
  return { asked, url: `http://127.0.0.1:${api.address().port}/v1` }
}

async function askCodex(t, options) {
  const { env, folder } = await home(t, 'codex', options)
  const api = await responses(t)
  appendFileSync(join(folder, '.codex/config.toml'), `
[model_providers.fake]
name = "fake"
base_url = "${api.url}"
wire_api = "responses"
`)
  const ran = await run(hostClient('codex'), ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '-c', 'model_provider="fake"', '-c', 'model="gpt-x"', task], env)
  assert.equal(ran.code, 0, ran.out)
  assert.match(ran.out, /That was it\./)
  return JSON.stringify(api.asked.at(-1).filter(item => item.type === 'function_call_output')).replaceAll('\\\\n', '\n').replaceAll('\\n', '\n')
}

const skip = hostClient('codex') ? false : 'not installed: tests/run --hosts'
test('Codex calls the tool and has the brief in its conversation', { skip }, async t => {
  assert.match(await askCodex(t, []), brief)
})

test('Codex has the finished answer in its conversation', { skip }, async t => {
  assert.match(await askCodex(t, withModel(t)), answer)
})
