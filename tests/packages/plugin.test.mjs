// The Claude Code plugin: valid by Claude Code's own word, and in a session its server is connected, its agent there, and the
// tools that the agent names are the server's.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { claude } from '../hosts/host_programs.mjs'
import { app, text, turn } from '../hosts/product.mjs'

const root = join(import.meta.dirname, '../..')
const binary = join(process.env.NBE_BUILD, 'nextjs-backend-engineer')
const place = mkdtempSync(join(tmpdir(), 'nbe-plugin-')), plugin = join(place, 'plugin')
const env = { PATH: process.env.PATH, HOME: place, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' }
let model
before(async () => {
  model = await startModel()
  const { status, stderr } = spawnSync('node', [join(root, 'server/app/package/plugin/stage.mjs'), binary, plugin, binary], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
})
after(() => { model.close(); rmSync(place, { recursive: true, force: true }) })

test('Claude Code takes it for valid', () => {
  const { stdout, stderr, status } = spawnSync(claude(), ['plugin', 'validate', plugin], { encoding: 'utf8', env })
  assert.equal(status, 0, stdout + stderr)
  assert.match(stdout, /Validation passed/)
  assert.doesNotMatch(stdout, /README_MISSING/)
})

test('the agent is the expert as its author wrote it, with the tools of the server', async () => {
  const prompt = readFileSync(join(root, 'prompts/nextjs-backend-engineer.md'), 'utf8')
  const agent = readFileSync(join(plugin, 'agents/nextjs-backend-engineer.md'), 'utf8')
  assert.ok(agent.endsWith(prompt.slice(prompt.indexOf('\n---\n') + 5)))
  assert.ok(agent.startsWith(prompt.slice(0, prompt.indexOf('\n---\n'))))

  model.play(() => turn(text('Nothing to do.')))
  const child = spawn(claude(), ['-p', 'hello', '--plugin-dir', plugin, '--output-format', 'json'],
    { cwd: app, env: { ...env, ANTHROPIC_BASE_URL: model.url, CLAUDE_CODE_OAUTH_TOKEN: 'test-key-of-the-host' }, stdio: ['ignore', 'ignore', 'inherit'] })
  assert.deepEqual(await once(child, 'exit'), [0, null])
  const body = model.journal.filter(entry => entry.status === 200).map(entry => JSON.parse(entry.body)).find(one => one.tools?.length > 3)
  const offered = JSON.stringify(body)
  const named = /^tools: (.*)$/m.exec(agent)[1].split(', ')
  assert.ok(named.length === 6)
  assert.ok(offered.includes(named[0]), `${named[0]} is none of ${body.tools.map(tool => tool.name)}`)
  assert.match(offered, /nextjs-backend-engineer:nextjs-backend-engineer/)
})
