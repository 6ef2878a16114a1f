// What a run costs, said for each turn and for the whole, and what keeps it small: a conversation that the cache knows,
// a limit, another model in place of one that does not answer.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { start as startChat } from '../fakes/chat_server.mjs'
import { start as startMessages } from '../fakes/messages_server.mjs'
import { call, finish, key, route, setup, text, think, turn } from './product.mjs'
import { startTls } from './tls_front.mjs'

let messages, chat, anthropic // that the first is reached as, by its own name
before(async () => {
  [messages, chat] = await Promise.all([startMessages(), startChat()])
  anthropic = await startTls(messages, 'api.anthropic.com')
})
after(() => { anthropic.close(); messages.close(); chat.close() })

async function run(place, words) {
  const child = spawn(process.env.NBE_BINARY, [...words, ...place.args], { env: place.env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = '', stderr = ''
  child.stdout.setEncoding('utf8').on('data', d => (stdout += d))
  child.stderr.setEncoding('utf8').on('data', d => (stderr += d))
  const [code] = await once(child, 'close')
  assert.ok(!(stdout + stderr).includes(key), 'a key was printed')
  return { code, stdout, stderr }
}
const ask = async (place, more = []) => {
  const { code, stdout, stderr } = await run(place, ['ask', 'Add an import route', '--json', ...more])
  assert.notEqual(stdout, '', stderr)
  return { code, stderr, ...JSON.parse(stdout) }
}
const written = call('write_file', { path: 'app/api/import/route.ts', content: route })
const looked = call('query_docs', { library: 'zod', question: 'safeParse' })
const input = usage => usage.input + usage.cache_write_5m + usage.cache_write_1h + usage.cache_read
const overloaded = { status: 529, headers: { 'retry-after-ms': '1' } }

test('twenty turns are read from the cache, but for what is new in each', async t => {
  const steps = Array.from({ length: 18 }, (_, i) => turn(think(`Step ${i}.`), call('list_files', { folder: i % 2 ? 'app' : 'app/api' }, `l${i}`)))
  messages.play(turn(written, looked), ...steps, turn(finish()))
  const env = { ANTHROPIC_API_KEY: key, https_proxy: anthropic.proxy, NODE_EXTRA_CA_CERTS: anthropic.authorities }
  const outcome = await ask(setup(t, { env }))
  assert.equal(outcome.status, 'completed', outcome.reason)
  const { each_turn: turns, usage, cost_usd } = outcome.account
  assert.equal(turns.length, 20)
  for (const [i, { usage: one }] of turns.entries())
    if (i >= 2) assert.ok(one.cache_read / input(one) >= 0.95, `turn ${i + 1}: ${JSON.stringify(one)}`)
  const bodies = messages.journal.map(j => j.body)
  for (let i = 1; i < bodies.length; i++) assert.ok(bodies[i].startsWith(bodies[i - 1].slice(0, -2)), `turn ${i + 1} begins with turn ${i}`)
  for (const member of Object.keys(usage)) assert.equal(turns.reduce((sum, one) => sum + one.usage[member], 0), usage[member], member)
  assert.ok(Math.abs(turns.reduce((sum, one) => sum + one.cost_usd, 0) - cost_usd) < 1e-9)
  for (const one of turns) assert.ok(one.first_token_ms <= one.time_ms, JSON.stringify(one))
})

test('a long conversation may be summarized by the server: its summary is kept as it is, and paid for', async t => {
  const summary = { type: 'compaction', content: 'What was done: "everything".\n', encrypted_content: 'gAAAA==', signature: 'Eq==' }
  const compaction = { type: 'compaction', input_tokens: 1000, cache_read_input_tokens: 20, cache_creation_input_tokens: 0, output_tokens: 300 }
  messages.play(turn(written, looked), { ...turn(summary, call('list_files', {}, 'l1')), iterations: [compaction, { type: 'message', input_tokens: 5, output_tokens: 5 }] }, turn(finish()))
  const env = { ANTHROPIC_API_KEY: key, https_proxy: anthropic.proxy, NODE_EXTRA_CA_CERTS: anthropic.authorities }
  const outcome = await ask(setup(t, { env }))
  assert.equal(outcome.status, 'completed', outcome.reason)
  const bodies = messages.journal.map(entry => JSON.parse(entry.body))
  for (const [i, body] of bodies.entries()) {
    assert.deepEqual(body.context_management.edits.map(edit => edit.type), ['compact_20260112'])
    assert.match(messages.journal[i].headers['anthropic-beta'], /compact-2026-01-12/)
  }
  assert.deepEqual(bodies[2].messages.at(-2).content[0], summary)
  const [first, second] = outcome.account.each_turn
  assert.ok(second.usage.input >= 1000 && second.usage.output >= 300 && first.usage.output < 300)
  // Servers that only speak the API are not asked for it.
  messages.play(turn(finish()))
  await ask(setup(t, { model: messages }))
  assert.equal(JSON.parse(messages.journal[0].body).context_management, undefined)
})

test('runs usage and runs show tell what each turn took', async t => {
  const place = setup(t, { model: messages })
  messages.play(overloaded, turn(written, looked), turn(finish()))
  const outcome = await ask(place)
  assert.equal(outcome.account.retries, 1)
  const lines = (await run(place, ['runs', 'usage'])).stdout.trim().split('\n').map(line => JSON.parse(line))
  assert.deepEqual(lines.map(line => line.took), outcome.account.each_turn)
  assert.deepEqual(lines.map(line => [line.turn, line.took.retries]), [[1, 1], [2, 0]])
  const [{ run_id }] = lines
  assert.equal((await run(place, ['runs', 'usage', run_id.slice(0, 8)])).stdout.trim().split('\n').length, 2)
  assert.equal((await run(place, ['runs', 'usage', 'zzzz'])).code, 1)
  const shown = (await run(place, ['runs', 'show', run_id])).stdout
  assert.match(shown, /\| turn \| model \| in \| from cache \| out \| first token \| time \| cost \| retries \|/)
  assert.match(shown, /\| 1 \| claude-sonnet-5-5 \| \d+ \| \d+ % \| \d+ \| \d+\.\d s \| \d+\.\d s \| \$\d\.\d{4} \| 1 \|/)
})

test('a run ends at its cost, not a turn later, and keeps what was done', async t => {
  const place = setup(t, { model: messages })
  messages.play(() => turn(think('On and on. '.repeat(400)), { ...written, id: undefined }))
  const limit = 0.05
  const outcome = await ask(place, ['--max-cost-usd', String(limit)])
  assert.equal(outcome.code, 3)
  assert.equal(outcome.status, 'stopped')
  assert.match(outcome.reason, /Stopped at an estimated \$0\.0\d: the limit is \$0\.05/)
  const turns = outcome.account.each_turn
  const last = turns.at(-1).cost_usd
  assert.ok(outcome.account.cost_usd >= limit && outcome.account.cost_usd - last < limit, `${outcome.account.cost_usd} with ${last}`)
  assert.deepEqual(outcome.files.map(f => f.path), ['app/api/import/route.ts'])
})

test('what broke off is paid for, and counts', async t => {
  messages.play({ ...turn(text('Half of '.repeat(200))), stream: { cut: 12 } }, turn(written, looked), turn(finish()))
  const { account } = await ask(setup(t, { model: messages }))
  const whole = account.each_turn.reduce((sum, one) => sum + one.cost_usd, 0)
  assert.equal(account.retries, 1)
  assert.ok(account.cost_usd > whole, `${account.cost_usd} of ${whole}`)
})

test('another model goes on where the first stays overloaded', async t => {
  const place = setup(t, { model: messages, args: ['--fallback-model', 'opus'] })
  messages.play(body => body.model === 'claude-sonnet-5-5' && body.messages.length > 1 ? overloaded
    : body.messages.length === 1 ? turn(think('First.'), { ...written, id: 'w1' }, { ...looked, id: 'w2' }) : turn(think('Then.'), finish()))
  const outcome = await ask(place)
  assert.equal(outcome.status, 'completed', outcome.reason)
  assert.deepEqual(outcome.account.each_turn.map(one => one.model), ['claude-sonnet-5-5', 'claude-opus-5-5'])
  assert.match(outcome.account.fallbacks[0], /^claude-sonnet-5-5: .*529.*Gave up after 4 attempts/)
  assert.match(outcome.stderr, /Going on with claude-opus-5-5/)
  const last = JSON.parse(messages.journal.at(-1).body)
  assert.deepEqual(last.messages[1].content.map(b => b.type), ['tool_use', 'tool_use'], 'what the other has thought is bound to it')
  const lines = (await run(place, ['runs', 'usage'])).stdout.trim().split('\n').map(line => JSON.parse(line).took.model)
  assert.deepEqual(lines, ['claude-sonnet-5-5', 'claude-opus-5-5'])
})

test('another provider goes on where the model refuses, and a further task as well', async t => {
  const env = { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: messages.url, OPENAI_API_KEY: key, OPENAI_BASE_URL: chat.url }
  const tape = mkdtempSync(join(tmpdir(), 'nbe-tape-'))
  t.after(() => rmSync(tape, { recursive: true, force: true }))
  const place = setup(t, { env, args: ['--fallback-model', 'openai:gpt'] })
  messages.play(turn(think('Look.'), call('list_files', {}, 'a1')), { blocks: [text('No.')], stop_reason: 'refusal', stop_details: { type: 'refusal', category: 'cyber' } })
  chat.play(turn({ ...written, id: 'w1' }, { ...looked, id: 'w2' }), turn({ ...finish(), id: 'f1' }), turn({ ...finish(), id: 'f2' }))
  const outcome = await ask(place, ['--record', tape])
  assert.equal(outcome.status, 'completed', outcome.reason)
  assert.match(outcome.account.fallbacks[0], /^claude-sonnet-5-5: The model refused this task \(cyber\)/)
  assert.equal(outcome.account.model, 'gpt')
  assert.deepEqual(outcome.files.map(f => f.path), ['app/api/import/route.ts'])
  const [{ run_id }] = (await run(place, ['runs', 'usage'])).stdout.trim().split('\n').map(line => JSON.parse(line))
  const asked = messages.journal.length
  const more = await run(place, ['ask', 'Is it done?', '--run', run_id])
  assert.equal(more.code, 0, more.stderr)
  assert.match(more.stdout, /Another model went on in place of claude-sonnet-5-5: The model refused this task \(cyber\)/)
  assert.equal(messages.journal.length, asked, 'the model that refused was asked again')
  const replayed = await ask(setup(t, { args: ['--fallback-model', 'openai:gpt', '--replay', tape] }))
  assert.deepEqual(replayed.files, outcome.files, replayed.reason)
  assert.deepEqual(replayed.account.fallbacks, outcome.account.fallbacks)
})

test('without another model a refusal is the end, and a wish names its provider', async t => {
  const env = { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: messages.url, OPENAI_API_KEY: key, OPENAI_BASE_URL: chat.url }
  messages.play({ blocks: [text('No.')], stop_reason: 'refusal' })
  assert.equal((await ask(setup(t, { env }))).code, 4)
  chat.play(turn(written, looked), turn(finish()))
  const place = setup(t, { env })
  const other = await ask(place, ['--model', 'openai:gpt'])
  assert.equal(other.status, 'completed', other.reason)
  assert.equal(messages.journal.length, 1)
  chat.play(turn({ ...finish({ approach: 'Still here.' }), id: 'f2' }))
  const [{ run_id }] = (await run(place, ['runs', 'usage'])).stdout.trim().split('\n').map(line => JSON.parse(line))
  assert.match((await run(place, ['ask', 'And now?', '--run', run_id])).stdout, /Still here/)
})
