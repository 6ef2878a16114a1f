// Large real clients: the MCP Inspector on stdio and over HTTP in both eras, and mcp-remote as a bridge from stdio to
// HTTP. Skipped where they are not installed; `tests/run --hosts` installs them.

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { officialClients } from './official_clients.mjs'

const run = promisify(execFile)
const binary = process.env.NBE_BINARY
const clients = join(import.meta.dirname, '../remote-clients/node_modules/.bin')
const inspector = join(clients, 'mcp-inspector')
const bridge = join(clients, 'mcp-remote')
const program = ['--no-context7', '--test-tools']
const skip = existsSync(inspector) ? false : 'not installed: tests/run --hosts installs them'
const home = mkdtempSync(join(tmpdir(), 'nbe-clients-')) // where they keep what they keep
after(() => rmSync(home, { recursive: true, force: true }))
const environment = { PATH: process.env.PATH, HOME: home }
for (const name of ['ASAN_OPTIONS', 'UBSAN_OPTIONS']) if (process.env[name]) environment[name] = process.env[name]

// The program over HTTP: its URL.
async function served(t) {
  const child = spawn(binary, [...program, '--listen', 'http://127.0.0.1:0'], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  t.after(() => child.kill('SIGTERM'))
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /listening on (http:\S+)/.exec(line)?.[1]
    if (url) { child.stderr.resume(); return url }
  }
  throw new Error('it listens nowhere')
}

async function inspect(...args) {
  const { stdout } = await run(process.execPath, [inspector, '--cli', ...args, '--format', 'json'], { env: environment, timeout: 60_000 })
  return JSON.parse(stdout).result
}

for (const era of ['legacy', 'auto', 'modern'])
  test(`the Inspector, era ${era}`, { skip }, async t => {
    const url = await served(t)
    for (const where of [[url], [binary, ...program]]) {
      const at = [...where, '--protocol-era', era]
      const { tools } = await inspect(...at, '--method', 'tools/list')
      assert.ok(tools.some(tool => tool.name === 'nextjs_backend_engineer'))
      const echoed = await inspect(...at, '--method', 'tools/call', '--tool-name', 'echo', '--tool-arg', 'text=hi')
      assert.equal(echoed.content[0].text, 'hi')
      assert.ok((await inspect(...at, '--method', 'resources/list')).resources.length > 2)
      assert.ok((await inspect(...at, '--method', 'prompts/list')).prompts.length > 5)
    }
  })

test('mcp-remote carries an official client from stdio to HTTP', { skip }, async t => {
  const url = await served(t)
  const [{ connect, call }] = officialClients
  const server = { command: process.execPath, args: [bridge, url, '--allow-http'], env: environment, stderr: 'ignore' }
  const client = await connect(server)
  t.after(() => client.close())
  const result = await call(client, { name: 'echo', arguments: { text: 'through the bridge' } })
  assert.equal(result.content[0].text, 'through the bridge')
})
