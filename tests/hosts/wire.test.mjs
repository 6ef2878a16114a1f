// The program itself on two pipes: exact replies in both eras, held against the protocol's own schemas, and a clean end.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { setup } from './product.mjs'
import { binary, legacyVersions, modernMeta, Wire } from './support.mjs'

const lines = (...messages) => messages.map(m => JSON.stringify({ jsonrpc: '2.0', ...m }) + '\n').join('')
const piped = (t, input) => {
  const { args, env } = setup(t)
  const { stdout, stderr, status } = spawnSync(binary, args, { input, env, encoding: 'utf8', timeout: 20_000 })
  assert.equal(stderr, '')
  assert.equal(status, 0)
  return stdout.split('\n').filter(Boolean).map(line => JSON.parse(line))
}

test('a server/discover line is answered, and the end of input ends the program with 0', t => {
  const [reply, ...more] = piped(t, lines({ id: 'd', method: 'server/discover', params: { _meta: modernMeta() } }))
  assert.equal(more.length, 0)
  assert.equal(reply.id, 'd')
  const { instructions, _meta, ...result } = reply.result
  assert.deepEqual(result, {
    supportedVersions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
    capabilities: {
      logging: {}, completions: {}, prompts: { listChanged: true }, tools: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
      extensions: { 'io.modelcontextprotocol/tasks': {}, 'io.modelcontextprotocol/skills': { directoryRead: true } },
    },
    resultType: 'complete', ttlMs: 300000, cacheScope: 'public',
  })
  assert.match(instructions, /^Expert Next\.js backend engineer\./)
  assert.equal(_meta['io.modelcontextprotocol/serverInfo'].name, 'nextjs-backend-engineer')
})

test('initialize, initialized, tools/list: the replies of each legacy version, with nothing of the other era', t => {
  for (const version of legacyVersions) {
    const [opened, listed, ...more] = piped(t, lines(
      { id: 0, method: 'initialize', params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'c', version: '1' } } },
      { method: 'notifications/initialized' },
      { id: 1, method: 'tools/list' }))
    assert.equal(more.length, 0)
    assert.equal(opened.result.protocolVersion, version)
    const tool = listed.result.tools.find(t => t.name === 'nextjs_backend_engineer')
    assert.deepEqual(tool.inputSchema.required, ['task'])
    assert.equal('title' in tool, version >= '2025-06-18')
    assert.equal('annotations' in tool, version >= '2025-03-26')
    for (const name of ['resultType', 'ttlMs', 'cacheScope', 'supportedVersions'])
      assert.ok(!(name in listed.result) && !(name in opened.result))
  }
})

test('every method of both eras, on one connection, is what the schema says', async t => {
  const { args, env } = setup(t)
  const wire = new Wire(t, binary, args, { env })
  wire.version = '2026-07-28'
  for (const method of ['server/discover', 'tools/list', 'prompts/list']) assert.ok((await wire.modern(method)).result, method)
  const prompt = await wire.modern('prompts/get', { name: 'nextjs-backend-engineer', arguments: { task: 'Add a webhook' } })
  assert.match(prompt.result.messages[0].content.text, /You are an elite Next\.js backend engineer[^]*Add a webhook/)
  assert.equal((await wire.modern('prompts/get', { name: 'nextjs-backend-engineer' })).error.code, -32602)
  assert.equal((await wire.modern('tools/call', { name: 'nothing' })).error.code, -32602)
  for (const method of ['resources/list', 'resources/templates/list'])
    assert.ok((await wire.modern(method)).result, method)
  for (const uri of ['expert://system-prompt', 'expert://version-notes', 'skill://nextjs-backend/SKILL.md'])
    assert.ok((await wire.modern('resources/read', { uri })).result.contents[0].text.length > 1000, uri)
  assert.equal((await wire.modern('resources/read', { uri: 'expert://nothing' })).error.data.uri, 'expert://nothing')
  const ref = { type: 'ref/prompt', name: 'webhook' }
  const { completion } = (await wire.modern('completion/complete', { ref, argument: { name: 'provider', value: 'zo' } })).result
  assert.deepEqual(completion.values, ['zod'])
  assert.equal((await wire.modern('ping')).error.code, -32601)
  await wire.open('2025-11-25')
  await wire.result('ping', {})
  await wire.result('tools/list', {})
  await wire.result('logging/setLevel', { level: 'debug' })
  assert.equal((await wire.error('server/discover', {})).code, -32601)
  await wire.close()
})

test('what is no message is answered with an error, and the next message is served', t => {
  const good = lines({ id: 9, method: 'ping' })
  const replies = piped(t, `{"jsonrpc":"2.0",\n\u0000\n[]\n"text"\n{"jsonrpc":"2.0","id":1.5,"method":"ping"}\n${'x'.repeat(5 << 20)}\n${good}`)
  const codes = replies.slice(0, -1).map(r => r.error.code)
  assert.deepEqual(codes, [-32700, -32700, -32600, -32600, -32600, -32600])
  assert.deepEqual(replies.at(-1), { jsonrpc: '2.0', id: 9, result: {} })
})
