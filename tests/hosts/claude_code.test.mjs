// A real host: Claude Code, offline and without a login, connects to the program on stdio and over HTTP.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { claude } from './host_programs.mjs'
import { app } from './product.mjs'

// `claude ARGUMENTS` in a home of its own.
function claudeCode(t) {
  const home = mkdtempSync(join(tmpdir(), 'nbe-claude-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const env = {
    PATH: process.env.PATH, HOME: home, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1',
  }
  for (const name of ['ASAN_OPTIONS', 'UBSAN_OPTIONS']) if (process.env[name]) env[name] = process.env[name]
  return (...args) => execFileSync(claude(), args, { cwd: app, env, encoding: 'utf8', timeout: 60_000 })
}

const connected = /nextjs-backend-engineer: .*✔ Connected/

test('Claude Code lists the server as connected', t => {
  const run = claudeCode(t)
  run('mcp', 'add', 'nextjs-backend-engineer', '--', process.env.NBE_BINARY, '--no-context7')
  assert.match(run('mcp', 'list'), connected)
})

test('Claude Code lists the server as connected over HTTP', async t => {
  const server = spawn(process.env.NBE_BINARY, ['--no-context7', '--listen', 'http://127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] })
  t.after(() => server.kill('SIGTERM'))
  const lines = createInterface({ input: server.stderr })[Symbol.asyncIterator]()
  const [url] = /http:\S+/.exec((await lines.next()).value)
  const run = claudeCode(t)
  run('mcp', 'add', '--transport', 'http', 'nextjs-backend-engineer', url)
  assert.match(run('mcp', 'list'), connected)
})
