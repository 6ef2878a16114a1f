// Everything a server says on the wire, in each version, against the protocol's own JSON Schemas.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Wire, assertOnWire, legacyVersions, modernVersion, probe } from './support.mjs'

const server = probe('echo_server')

test('the schemas can tell wrong from right', () => {
  const right = { jsonrpc: '2.0', id: 1, result: { resultType: 'complete', content: [] } }
  assertOnWire(modernVersion, right, 'tools/call')
  assertOnWire('2025-11-25', { jsonrpc: '2.0', id: 1, result: {} }, 'ping')
  for (const wrong of [
    { ...right, id: null },
    { ...right, result: { content: [] } },
    { ...right, result: { resultType: 'complete', content: [{ type: 'text' }] } },
    { jsonrpc: '2.0', id: 1, error: { code: -32022, message: 'no data' } },
    { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } },
  ])
    assert.throws(() => assertOnWire(modernVersion, wrong, 'tools/call'), JSON.stringify(wrong))
})

for (const version of legacyVersions)
  test(`a session of ${version}`, async t => {
    const wire = new Wire(t, server)
    const hello = await wire.open(version)
    assert.equal(hello.protocolVersion, version)
    assert.equal(hello.instructions, 'Call echo.')
    assert.deepEqual(await wire.result('ping'), {})
    assert.deepEqual(await wire.result('logging/setLevel', { level: 'info' }), {})
    const { tools } = await wire.result('tools/list')
    assert.deepEqual(tools.map(t => t.name), ['echo', 'slow', 'fail', 'kinds', 'crash'])
    assert.equal('title' in tools[0], version >= '2025-06-18')
    const echoed = await wire.result('tools/call', {
      name: 'echo', arguments: { text: 'hi', steps: 2, style: 'loud' }, _meta: { progressToken: 'p' },
    })
    assert.deepEqual(echoed, { content: [{ type: 'text', text: 'hi!' }] })
    const progress = await wire.heard(m => m.method === 'notifications/progress', 2)
    assert.ok(progress.every(m => m.params.progressToken === 'p'))
    assert.equal('message' in progress[0].params, version !== '2024-11-05')
    assert.equal((await wire.heard(m => m.method === 'notifications/message')).length, 1)
    const kinds = await wire.result('tools/call', { name: 'kinds' })
    assert.equal(kinds.content.length, 5)
    assert.equal((await wire.result('tools/call', { name: 'fail' })).isError, true)
    assert.equal((await wire.error('tools/call', { name: 'crash' })).code, -32603)
    assert.equal((await wire.error('tools/call', { name: 'none' })).code, -32602)
    assert.equal((await wire.error('tools/list', { cursor: 'x' })).code, -32602)
    await wire.result('prompts/list')
    await wire.result('prompts/get', { name: 'greeting', arguments: { name: 'you' } })
    assert.equal((await wire.error('prompts/get', { name: 'greeting' })).code, -32602)
    assert.equal((await wire.error('server/discover')).code, -32601)
    assert.equal((await wire.error('resources/list')).code, -32601)
    await wire.close()
    assert.match(wire.stderr, /^stray\n$/)
  })

test('the modern era', async t => {
  const wire = new Wire(t, server)
  wire.version = modernVersion
  const { result: discovered } = await wire.modern('server/discover')
  assert.deepEqual(discovered.supportedVersions, [modernVersion, ...legacyVersions.toReversed()])
  assert.deepEqual(Object.keys(discovered.capabilities).sort(), ['extensions', 'logging', 'prompts', 'tools'])
  await wire.modern('tools/list')
  const { result: echoed } = await wire.modern(
    'tools/call', { name: 'echo', arguments: { text: 'hi', steps: 2 } },
    { progressToken: 0, 'io.modelcontextprotocol/logLevel': 'debug' })
  assert.equal(echoed.content[0].text, 'hi')
  assert.equal(echoed._meta['io.modelcontextprotocol/serverInfo'].name, 'echo-server')
  await wire.heard(m => m.method === 'notifications/progress' && m.params.progressToken === 0, 2)
  await wire.heard(m => m.method === 'notifications/message')
  const { result: kinds } = await wire.modern('tools/call', { name: 'kinds' })
  assert.deepEqual(kinds.structuredContent, { kinds: 4 })
  assert.equal((await wire.modern('tools/call', { name: 'fail' })).result.isError, true)
  await wire.modern('prompts/list')
  await wire.modern('prompts/get', { name: 'greeting', arguments: { name: 'you' } })
  for (const [method, params, meta, code] of [
    ['tools/call', { name: 'none' }, {}, -32602],
    ['tools/call', { name: 'crash' }, {}, -32603],
    ['initialise', {}, {}, -32601],
    ['ping', {}, {}, -32601],
    ['logging/setLevel', { level: 'info' }, {}, -32601],
    ['subscriptions/listen', { notifications: 7 }, {}, -32602],
    ['tools/list', {}, { 'io.modelcontextprotocol/protocolVersion': 'v999.0.0' }, -32022],
    ['tools/list', {}, { 'io.modelcontextprotocol/clientCapabilities': undefined }, -32602],
    ['tools/list', {}, { 'io.modelcontextprotocol/logLevel': 'loud' }, -32602],
    ['server/discover', {}, { 'io.modelcontextprotocol/protocolVersion': undefined }, -32602],
  ])
    assert.equal((await wire.modern(method, params, meta)).error?.code, code, method)
  await wire.close()
})

test('lines that are no message are refused without an id, and do not end the connection', async t => {
  const wire = new Wire(t, server)
  wire.version = modernVersion
  for (const line of ['{', '[]', 'null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', 'a'.repeat(5 << 20)]) {
    const before = wire.received.length
    wire.write(line + '\n')
    const refusal = (await wire.heard(() => true, before + 1)).at(-1)
    assert.equal('id' in refusal, false)
    assert.ok([-32700, -32600].includes(refusal.error.code))
    // Of the versions, the first that allows an error without an id is 2025-11-25.
    assertOnWire(modernVersion, refusal)
  }
  wire.write('\n\r\n   \r\n')
  assert.ok((await wire.modern('tools/list')).result)
  await wire.close()
})

test('hosts that probe the modern era and then open a session in the same process are served', async t => {
  const wire = new Wire(t, server)
  wire.send({ id: 'server-discover-probe-1', method: 'server/discover', params: {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': modernVersion,
      'io.modelcontextprotocol/clientCapabilities': { roots: { listChanged: true } },
    },
  } })
  await wire.heard(m => m.id === 'server-discover-probe-1' && m.result)
  assert.equal((await wire.open('2025-11-25')).protocolVersion, '2025-11-25')
  await wire.result('tools/list')
  wire.version = modernVersion
  assert.ok((await wire.modern('tools/list')).result)
  await wire.close()
})
