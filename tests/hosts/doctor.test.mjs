// What the doctor says, and that it is so.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startContext7Rest } from '../fakes/context7_rest.mjs'
import { app, key, setup } from './product.mjs'

// A model API that lists its models to who has the key.
let api, rest
before(async () => {
  api = createServer((request, response) => {
    const given = request.headers['x-api-key'] ?? request.headers.authorization?.replace('Bearer ', '')
    const say = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url === '/nolist/v1/models') return say(404, { detail: 'Not Found' })
    if (given !== key) return say(401, { type: 'error', error: { type: 'authentication_error', message: `no: ${given}` } })
    say(200, { data: [{ id: 'claude-sonnet-5-5' }, { id: 'gpt' }] })
  }).listen(0, '127.0.0.1')
  await once(api, 'listening')
  api.url = `http://127.0.0.1:${api.address().port}`
  rest = await startContext7Rest()
})
after(() => { api.close(); rest.close() })

async function doctor(t, options = {}) {
  const { args, env } = setup(t, options)
  const child = spawn(process.env.NBE_BINARY, ['doctor', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', d => (out += d))
  child.stderr.setEncoding('utf8').on('data', d => (out += d))
  const [code] = await once(child, 'close')
  assert.ok(!out.includes(key), 'a key was printed')
  return { code, out }
}

test('where all is well, each line says so', async t => {
  const { code, out } = await doctor(t, { rest, env: { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: api.url } })
  assert.equal(code, 0, out)
  assert.match(out, /^ok {5}project {3}.*next-app: next 16\.[\d.]+, with its documentation$/m)
  assert.match(out, /^ok {5}types {5}TypeScript [\d.]+, with \/.*node$/m)
  assert.match(out, /^ok {5}model {5}claude-sonnet-5-5 at http:\/\/127\.0\.0\.1:\d+, with ANTHROPIC_API_KEY$/m)
  assert.match(out, /^ok {5}Context7 .* answers: /m)
  assert.match(out, /^ok {5}state /m)
  assert.match(out, /^ok {5}cache /m)
  assert.match(out, /\nThe main job works here\.\n$/)
})

test('without a key the brief is what works', async t => {
  const { code, out } = await doctor(t)
  assert.equal(code, 0, out)
  assert.match(out, /^note {3}model {5}no key: .* ANTHROPIC_API_KEY or OPENAI_API_KEY/m)
  assert.match(out, /^note {3}Context7 {2}switched off/m)
})

test('a key that is refused, an address where nobody is and a model that is not said are wrong', async t => {
  const refused = await doctor(t, { env: { ANTHROPIC_API_KEY: 'wrong-key', ANTHROPIC_BASE_URL: api.url } })
  assert.equal(refused.code, 1)
  assert.match(refused.out, /^WRONG {2}model {5}The model API refused the key \(401\): check ANTHROPIC_API_KEY\.$/m)
  const nobody = await doctor(t, { env: { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' } })
  assert.equal(nobody.code, 1)
  assert.match(nobody.out, /^WRONG {2}model {5}The model API: /m)
  const modelless = await doctor(t, { env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${api.url}/v1` } })
  assert.equal(modelless.code, 1)
  assert.match(modelless.out, /^WRONG {2}model {5}Which model\?/m)
  assert.match(modelless.out, /\nThe main job does not work here\.\n$/)
})

test('what is not certain is said', async t => {
  const chat = { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${api.url}/v1` }
  assert.match((await doctor(t, { env: { ...chat, OPENAI_MODEL: 'gpt' } })).out, /^ok {5}model {5}gpt at .*\/v1, with OPENAI_API_KEY$/m)
  assert.match((await doctor(t, { env: { ...chat, OPENAI_MODEL: 'other' } })).out, /^note {3}model {5}other at .*; it does not list this model$/m)
  const listless = await doctor(t, { env: { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: `${api.url}/nolist` } })
  assert.equal(listless.code, 0)
  assert.match(listless.out, /^note {3}model .*it lists no models, so the key was not tried$/m)
})

test('a folder that is no project, one without its packages, and folders that cannot be written', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'nbe-doctor-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const none = await doctor(t, { project: folder })
  assert.equal(none.code, 1)
  assert.match(none.out, /^WRONG {2}project {3}.*does not depend on next$/m)
  writeFileSync(join(folder, 'package.json'), '{"dependencies":{"next":"16.0.0"}}')
  mkdirSync(join(folder, 'app'))
  const bare = await doctor(t, { project: folder })
  assert.equal(bare.code, 0)
  assert.match(bare.out, /^note {3}project {3}.*next is not installed, .*: npm install$/m)
  assert.match(bare.out, /^note {3}types {5}cannot be checked: TypeScript is not installed/m)
  writeFileSync(join(folder, 'file'), '')
  const closed = await doctor(t, { args: ['--state-directory', join(folder, 'file/state')] })
  assert.equal(closed.code, 0)
  assert.match(closed.out, /^note {3}state {5}.*cannot be written: runs are not kept/m)
})

test('each host that has the server is named, with its limit and what would fail there', async t => {
  const home = mkdtempSync(join(tmpdir(), 'nbe-doctor-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const none = await doctor(t, { env: { HOME: home } })
  assert.match(none.out, /^note {3}host {6}registered with none: .*install --list/m)
  for (const client of ['codex', 'claude-desktop'])
    await once(spawn(process.env.NBE_BINARY, ['install', '--client', client], { env: { PATH: process.env.PATH, HOME: home }, cwd: home }), 'close')
  const desktop = join(home, '.config/Claude/claude_desktop_config.json')
  const changed = JSON.parse(readFileSync(desktop))
  Object.assign(changed.mcpServers['nextjs-backend-engineer'], { command: '/nowhere/server', args: ['--project', '/nowhere/app'], env: { ANTHROPIC_API_KEY: key } })
  writeFileSync(desktop, JSON.stringify(changed))
  mkdirSync(join(home, '.gemini'))
  writeFileSync(join(home, '.gemini/settings.json'), '{\n oops }')
  const { out, code } = await doctor(t, { env: { HOME: home } })
  assert.equal(code, 0, out)
  assert.match(out, /^ok {5}host {6}Codex: .*config\.toml, its limit for a call: .*1800 s.*; handed over after 1500 s$/m)
  assert.match(out, /^note {3}host {6}Claude Desktop: .*60 s.* handed over after 45 s; its command \/nowhere\/server is not there: .*; its project \/nowhere\/app is not there; ANTHROPIC_API_KEY stands in it in clear$/m)
  assert.match(out, /^note {3}host {6}Gemini CLI: .*settings\.json: line 2: /m)
})
