// The same task through every way to have a model: the files are the same.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { start as startChat } from '../fakes/chat_server.mjs'
import { start as startMessages } from '../fakes/messages_server.mjs'
import { call, finish, key, route, setup, think, turn } from './product.mjs'

let messages, chat
before(async () => { [messages, chat] = await Promise.all([startMessages(), startChat()]) })
after(() => { messages.close(); chat.close() })

const script = stream => [
  turn(think('First look around.'), call('list_files', {}, 'a1'), call('read_file', { path: 'app/api/notes/route.ts' }, 'a2')),
  turn(call('write_file', { path: 'app/api/import/route.ts', content: route }, 'b1')),
  turn(call('edit_file', { path: 'app/api/import/route.ts', old_string: "'invalid'", new_string: "'not a note'" }, 'c1')),
  turn(call('query_docs', { library: 'zod', question: 'safeParse' }, 'd1')),
  turn(finish()),
].map(step => ({ ...step, stream }))

function folder(t) {
  const made = mkdtempSync(join(tmpdir(), 'nbe-tape-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

async function ask(t, env, args = []) {
  const place = setup(t, { env, args })
  const child = spawn(process.env.NBE_BINARY, ['ask', 'Add an import route', '--json', ...place.args], { env: place.env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  let stdout = '', stderr = ''
  child.stdout.setEncoding('utf8').on('data', d => (stdout += d))
  child.stderr.setEncoding('utf8').on('data', d => (stderr += d))
  const [code] = await once(child, 'close')
  assert.ok(!(stdout + stderr).includes(key), 'a key was printed')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

test('a scripted task ends with the same files through every provider', async t => {
  const ways = {
    'Anthropic': [messages, {}, { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: messages.url }],
    'a Messages API with the quirks of llama.cpp': [messages, { interleaved: true, no_usage: true, comments: true }, { ANTHROPIC_AUTH_TOKEN: key }, ['--base-url', messages.url, '--model', 'local']],
    'OpenAI chat': [chat, {}, { OPENAI_API_KEY: key, OPENAI_BASE_URL: chat.url, OPENAI_MODEL: 'gpt' }],
    'a chat server that does everything differently': [chat, { no_index: true, no_id: true, whole: true, reasoning: 'inline', usage: 'none', no_done: true, crlf: true, comments: true },
      { OPENAI_API_KEY: key }, ['--provider', 'openai', '--base-url', chat.url, '--model', 'local']],
    'OpenRouter': [chat, { reasoning: 'reasoning', comments: true }, { OPENROUTER_API_KEY: 'not-for-others', OPENAI_API_KEY: key }, ['--provider', 'openai', '--base-url', chat.url, '--model', 'some/model']],
  }
  let first
  const tapes = folder(t)
  for (const [name, [server, stream, env, args]] of Object.entries(ways)) {
    server.play(...script(stream))
    const tape = join(tapes, name)
    const outcome = await ask(t, env, [...(args ?? []), '--record', tape])
    assert.equal(outcome.status, 'completed', name)
    assert.equal(outcome.account.turns, 5, name)
    assert.deepEqual(outcome.files.map(f => f.path), ['app/api/import/route.ts'], name)
    assert.match(outcome.files[0].text, /'not a note'/, name)
    assert.ok(outcome.account.tools.every(tool => tool.ok), name)
    first ??= outcome.files
    assert.deepEqual(outcome.files, first, name)
    const asked = server.journal.length
    const replayed = await ask(t, {}, ['--replay', tape])
    assert.deepEqual(replayed.files, first, `${name}, replayed`)
    assert.equal(replayed.account.turns, 5, `${name}, replayed`)
    assert.equal(server.journal.length, asked, `${name}: the replay asked somebody`)
    for (const file of readdirSync(tape)) assert.ok(!readFileSync(join(tape, file), 'utf8').includes(key), `${name}: a key was recorded`)
    assert.ok(server.journal.every(j => !JSON.stringify(j.headers).includes('not-for-others')), name)
  }
})

test('a provider without a model, a key or an address says what is missing', async t => {
  const run = async (env, args) => {
    const place = setup(t, { env, args })
    const child = spawn(process.env.NBE_BINARY, ['ask', 'Anything', ...place.args], { env: place.env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', d => (said += d))
    child.stderr.setEncoding('utf8').on('data', d => (said += d))
    const [code] = await once(child, 'close')
    return { code, said }
  }
  const modelless = await run({ OPENAI_API_KEY: key }, [])
  assert.equal(modelless.code, 1)
  assert.match(modelless.said, /Which model\? Say it with --model/)
  const keyless = await run({}, ['--provider', 'openai', '--model', 'm'])
  assert.equal(keyless.code, 1)
  assert.match(keyless.said, /OPENAI_API_KEY is not set/)
  const nobody = await run({ NEXTJS_BACKEND_ENGINEER_PROVIDER: 'nobody' }, [])
  assert.equal(nobody.code, 2)
  assert.match(nobody.said, /must be one of automatic, anthropic, openai/)
})

test('failures are recorded too, and a replay that has come to its end says so', async t => {
  const tape = join(folder(t), 'tape')
  messages.play({ status: 529 }, { ...turn(call('list_files', {}, 'a1')), stream: { cut: 4 } }, turn(call('list_files', {}, 'a1')), turn(finish()))
  const env = { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: messages.url }
  const live = await ask(t, env, ['--record', tape])
  assert.equal(live.account.retries, 2)
  assert.equal(readdirSync(tape).length, 4)
  const replayed = await ask(t, {}, ['--replay', tape])
  assert.equal(replayed.account.retries, 2)
  assert.deepEqual(replayed.account.usage, live.account.usage)

  rmSync(join(tape, '000004.json'))
  const place = setup(t, { args: ['--replay', tape] })
  const short = spawn(process.env.NBE_BINARY, ['ask', 'Add an import route', ...place.args], { env: place.env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  short.stderr.setEncoding('utf8').on('data', d => (said += d))
  short.stdout.setEncoding('utf8').on('data', d => (said += d))
  const [code] = await once(short, 'close')
  assert.equal(code, 1)
  assert.match(said, /All 3 recorded answers were played/)
  writeFileSync(join(tape, '000002.json'), '{')
  const broken = spawn(process.env.NBE_BINARY, ['ask', 'x', ...place.args], { env: place.env, stdio: ['ignore', 'ignore', 'pipe'] })
  let why = ''
  broken.stderr.setEncoding('utf8').on('data', d => (why += d))
  assert.deepEqual((await once(broken, 'close'))[0], 2)
  assert.match(why, /--replay: .*000002\.json is not JSON/)
})
