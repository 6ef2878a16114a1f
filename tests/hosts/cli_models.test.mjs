// The user's own programs as models: the real claude in front of a fake API, and a stand-in for codex that prints what
// codex prints (and the real one where it is installed). One session a run, no key of ours, no server that asks itself.

import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, test } from 'node:test'
import { hash } from '../fakes/messages_rules.mjs'
import { start as startModel } from '../fakes/messages_server.mjs'
import { claude } from './host_programs.mjs'
import { key, route, setup, text, turn } from './product.mjs'
import { terminal } from './runs_support.mjs'

const token = 'test-key-of-the-subscription'
const path = 'app/api/import/route.ts'

let model
before(async () => { model = await startModel() })
after(() => model.close())

const said = (...calls) => JSON.stringify({ text: 'On it.', calls: calls.map(([tool, input]) => ({ tool, input })) })
const steps = [
  said(['read_file', { path: 'app/api/notes/route.ts' }]),
  said(['write_file', { path, content: route }]),
  said(['query_docs', { library: 'zod', question: 'safeParse' }]),
  said(['finish', { approach: 'A route handler with a schema.' }]),
]

function folder(t) {
  const made = mkdtempSync(join(tmpdir(), 'nbe-cli-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

// `bin` is first in PATH. A home and a cache of its own.
function place(t, bin, env = {}) {
  const home = folder(t)
  const where = setup(t, { env: { HOME: home, CODEX_HOME: join(home, '.codex'), ...env } })
  mkdirSync(join(home, '.codex'))
  where.env.PATH = [bin, where.env.PATH].join(delimiter)
  where.env.XDG_CACHE_HOME = join(home, 'cache')
  return where
}

const ask = (where, ...words) => terminal(where, ['ask', 'Add an import route', '--json', ...words], { ms: 120_000 })

// A program called codex. Each line of `script` is what it prints for one answer: an array of events. It keeps how it was
// called, and with what on its stdin.
function standIn(t, script) {
  const bin = folder(t)
  writeFileSync(join(bin, 'script.json'), JSON.stringify(script))
  writeFileSync(join(bin, 'codex'), `#!${process.execPath}
const fs = require('fs'), path = require('path')
const calls = path.join(__dirname, 'calls.json')
const all = fs.existsSync(calls) ? JSON.parse(fs.readFileSync(calls)) : []
const { say, code = 0, stderr = '' } = JSON.parse(fs.readFileSync(path.join(__dirname, 'script.json')))[all.length]
all.push({ argv: process.argv.slice(2), stdin: fs.readFileSync(0, 'utf8'), env: process.env, cwd: process.cwd() })
fs.writeFileSync(calls, JSON.stringify(all))
process.stderr.write(stderr)
for (const event of say) console.log(typeof event === 'string' ? event : JSON.stringify(event))
process.exitCode = code
`)
  chmodSync(join(bin, 'codex'), 0o755)
  return { bin, calls: () => JSON.parse(readFileSync(join(bin, 'calls.json'), 'utf8')) }
}

const events = (answer, tokens) => ({ say: [
  { type: 'thread.started', thread_id: 'thread-1' },
  { type: 'turn.started' },
  'not json',
  { type: 'item.completed', item: { id: 'i0', type: 'reasoning', text: 'hm' } },
  { type: 'item.completed', item: { id: 'i1', type: 'agent_message', text: answer } },
  { type: 'turn.completed', usage: { input_tokens: 100 * tokens, cached_input_tokens: 40 * tokens, output_tokens: 10 * tokens, reasoning_output_tokens: 2 * tokens } },
] })

function assertDone(ran, turns = steps.length) {
  assert.equal(ran.code, 0, ran.stderr)
  const outcome = JSON.parse(ran.stdout)
  assert.equal(outcome.status, 'completed')
  assert.equal(outcome.account.turns, turns)
  assert.deepEqual(outcome.files.map(file => file.path), [path])
  assert.equal(outcome.files[0].text, route)
  return outcome
}

test('claude answers, in one session, without tools, servers or settings of its own', async t => {
  model.play(...steps.map(step => turn(text(step))))
  const bin = folder(t)
  symlinkSync(claude(), join(bin, 'claude'))
  const where = place(t, bin, { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: key, CLAUDE_CODE_OAUTH_TOKEN: token })
  const outcome = assertDone(await ask(where, '--provider', 'claude', '--model', 'haiku'))
  // It tries what is new first, and does without where the API refuses.
  const requests = model.journal.filter(entry => entry.status === 200 && entry.path.startsWith('/v1/messages'))
  const asked = requests.map(entry => JSON.parse(entry.body))
  assert.equal(asked.length, steps.length)
  assert.equal(asked.length, steps.length)
  assert.ok(asked.every(body => (body.tools ?? []).length === 0 && /haiku/.test(body.model)))
  // The subscription's token, and never our key.
  assert.deepEqual([...new Set(requests.map(entry => entry.headers.authorization))], [`sha256:${hash(`Bearer ${token}`)}`])
  assert.ok(requests.every(entry => !entry.headers['x-api-key']))
  const users = asked.at(-1).messages.filter(m => m.role === 'user').map(m => JSON.stringify(m.content))
  assert.equal(users.length, steps.length)
  assert.match(users[0], /name.{1,6}finish/)
  assert.ok(users.slice(1).every(words => /Result of call 1/.test(words) && !/input_schema/.test(words)))
  assert.match(outcome.account.model, /haiku/)
  assert.ok(outcome.account.usage.output > 0)
})

test('codex answers, in one thread, and its tokens are counted once', async t => {
  const program = standIn(t, steps.map((step, i) => events(step, i + 1)))
  const outcome = assertDone(await ask(place(t, program.bin, { OPENAI_API_KEY: key, NEXTJS_BACKEND_ENGINEER_TOKEN: 'a-token-of-the-server' }), '--model', 'codex:gpt-x'))
  const calls = program.calls()
  assert.deepEqual(calls.map(call => call.argv.slice(0, 2)), [['exec', '--json'], ...Array(3).fill(['exec', 'resume'])])
  for (const { argv, env, cwd } of calls) {
    for (const word of ['--ignore-user-config', 'sandbox_mode=read-only', '-']) assert.ok(argv.includes(word), word)
    assert.equal(argv[argv.indexOf('--model') + 1], 'gpt-x')
    assert.deepEqual([env.OPENAI_API_KEY, env.NEXTJS_BACKEND_ENGINEER_TOKEN], [undefined, undefined])
    assert.equal(env.NEXTJS_BACKEND_ENGINEER_INSIDE, '1')
    assert.doesNotMatch(cwd, /next-app/)
  }
  assert.equal(calls[1].argv.at(-2), 'thread-1')
  assert.match(calls[0].stdin, /"name":"finish"/)
  assert.doesNotMatch(calls[1].stdin, /"name":"finish"/)
  // The thread's total at the end, no more.
  const { usage } = outcome.account
  assert.deepEqual([usage.input, usage.cache_read, usage.output], [240, 160, 40])
})

test('after a failure everything is said again, and a limit that is used up ends it with its words', async t => {
  const failed = { say: [{ type: 'thread.started', thread_id: 'thread-1' }, { type: 'turn.failed', error: { message: 'stream disconnected' } }], code: 1 }
  const again = standIn(t, [events(steps[0], 1), failed, ...steps.slice(1).map((step, i) => events(step, i + 1))])
  assertDone(await ask(place(t, again.bin), '--provider', 'codex'))
  const third = again.calls()[2]
  assert.ok(!third.argv.includes('resume'))
  assert.match(third.stdin, /"name":"finish"[^]*# You answered[^]*read_file[^]*Result of call 1/)

  const over = standIn(t, [{ say: [{ type: 'error', message: "You've hit your usage limit. Try again at 5 PM." }], code: 1 }])
  const ran = await ask(place(t, over.bin), '--provider', 'codex')
  assert.equal(ran.code, 1)
  assert.match(ran.stdout + ran.stderr, /codex: You've hit your usage limit/)
  assert.equal(over.calls().length, 1)
})

test('who is not logged in, or has no such program, is told what to do', async t => {
  const out = standIn(t, [{ say: [], stderr: 'Error: Not logged in. Please run codex login', code: 1 }])
  const logged = await ask(place(t, out.bin), '--provider', 'codex')
  assert.equal(logged.code, 1)
  assert.match(logged.stdout + logged.stderr, /Not logged in.*run `codex` at a terminal/)
  const where = place(t, folder(t))
  where.env.PATH = '/usr/bin:/bin'
  const none = await ask(where, '--provider', 'claude')
  assert.equal(none.code, 1)
  assert.match(none.stdout + none.stderr, /claude/)
})

test('a server that such a program starts does not ask the program again', async t => {
  const program = standIn(t, [events(steps[0], 1)])
  const ran = await ask(place(t, program.bin, { NEXTJS_BACKEND_ENGINEER_INSIDE: '1' }), '--provider', 'codex')
  assert.equal(ran.code, 1)
  assert.match(ran.stdout + ran.stderr, /would ask it again/)
  assert.ok(!existsSync(join(program.bin, 'calls.json')))
})
