// Streamable HTTP in both eras, against a small server of ours: the official clients, the bytes themselves, and who
// may come in.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { bytes, calling, events, head, Raw, serve } from './http_support.mjs'
import { modernVersion } from './support.mjs'

const legacy = (id, method, params) => JSON.stringify({ jsonrpc: '2.0', id, method, params })

// ---- the official clients -----------------------------------------------------------------------------------------

const self = { name: 'tests', version: '1' }
const v2 = options => async url => {
  const client = new ClientV2(self, options)
  await client.connect(new HttpV2(new URL(url)))
  return client
}
const clients = {
  'v1 client, legacy era': async url => {
    const client = new ClientV1(self)
    await client.connect(new HttpV1(new URL(url)))
    return client
  },
  'v2 client, legacy era': v2(),
  'v2 client, modern era by itself': v2({ versionNegotiation: { mode: 'auto' } }),
  'v2 client, pinned to the modern era': v2({ versionNegotiation: { mode: { pin: modernVersion } } }),
}

for (const [name, connect] of Object.entries(clients))
  test(`${name}: list, call, progress, errors and cancel over HTTP`, async t => {
    const server = await serve(t)
    const client = await connect(server.url)
    t.after(() => client.close())
    const call = (params, options) =>
      client instanceof ClientV1 ? client.callTool(params, undefined, options) : client.callTool(params, options)
    assert.equal(client.getServerVersion().name, 'echo-server')
    const { tools } = await client.listTools()
    assert.equal(tools[0].name, 'echo')

    const progress = []
    const echoed = await call({ name: 'echo', arguments: { text: 'hi', steps: 40 } }, { onprogress: p => progress.push(p) })
    assert.equal(echoed.content[0].text, 'hi')
    assert.equal(progress[0].message, 'step 0')
    await assert.rejects(call({ name: 'none' }), e => e.code === -32602)
    await assert.rejects(call({ name: 'crash' }), e => e.code === -32603)
    const { prompts } = await client.listPrompts()
    assert.equal(prompts[0].name, 'greeting')

    const abort = new AbortController()
    const slow = call({ name: 'watch', arguments: { ms: 60_000, say: 'on it' } }, {
      signal: abort.signal, onprogress: () => abort.abort(new Error('enough')),
    })
    await assert.rejects(slow, /enough|abort/i)
    await server.says('cancelled')
    assert.equal((await call({ name: 'echo', arguments: { text: 'after' } })).content[0].text, 'after')
  })

// ---- one connection -----------------------------------------------------------------------------------------------

test('requests sent ahead are answered in order, and a thousand later the connection is closed', async t => {
  const server = await serve(t)
  const raw = new Raw(t, server)
  let sent = ''
  for (let id = 1; id <= 1000; ++id) sent += calling(server, 'echo', { text: `n${id}` }, { id })
  raw.send(sent)
  for (let id = 1; id <= 1000; ++id) {
    const { status, headers, body } = await raw.response()
    assert.equal(status, 200)
    const reply = JSON.parse(body)
    assert.equal(reply.id, id)
    assert.equal(reply.result.content[0].text, `n${id}`)
    assert.equal(headers.connection, id === 1000 ? 'close' : undefined)
  }
  assert.equal(await raw.end(), '')
})

test('a request may come byte by byte, or its body in chunks, or after a 100', async t => {
  const server = await serve(t)
  const raw = new Raw(t, server)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  for (const c of bytes(server, body)) raw.send(c)
  assert.equal((await raw.response()).status, 200)
  raw.send(head(server, { 'Transfer-Encoding': 'chunked' }) + [...body].map(c => `1\r\n${c}\r\n`).join('') + '0\r\n\r\n')
  assert.equal((await raw.response()).status, 200)
  raw.send(head(server, { Expect: '100-continue', 'Content-Length': body.length }))
  await raw.until(r => r.text === 'HTTP/1.1 100 Continue\r\n\r\n', 'the 100')
  raw.text = ''
  raw.send(body)
  assert.equal((await raw.response()).status, 200)
  raw.send(head(server, { Expect: '100-continue', 'Content-Length': body.length, 'Content-Type': 'text/plain' }))
  assert.equal((await raw.response()).status, 415)
  await raw.end()
})

test('HTTP/1.0 is served, and its stream ends with the connection', async t => {
  const server = await serve(t)
  const health = new Raw(t, server).send(head(server, {}, 'GET /health HTTP/1.0'))
  assert.match(await health.end(), /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n[^]*\{"status":"ok"\}$/)
  const stream = new Raw(t, server)
  stream.send(calling(server, 'echo', { text: 'old', steps: 2 }, { meta: { progressToken: 1 } }).replace('HTTP/1.1', 'HTTP/1.0'))
  const text = await stream.end()
  assert.match(text, /text\/event-stream/)
  assert.ok(!text.includes('chunked'))
  assert.equal(events(text.slice(text.indexOf('\r\n\r\n') + 4)).at(-1).result.content[0].text, 'old')
})

test('the health is all that a HEAD or GET beside the endpoint sees', async t => {
  const server = await serve(t, { token: 'a-token' })
  const raw = new Raw(t, server)
  raw.send(head(server, {}, 'GET /health HTTP/1.1'))
  const { body, headers } = await raw.response()
  assert.equal(body, '{"status":"ok"}')
  assert.ok(headers.date.endsWith(' GMT'))
  raw.send(head(server, {}, 'HEAD /health HTTP/1.1') + head(server, {}, 'GET /health HTTP/1.1'))
  await raw.until(r => r.text.includes('{"status"'))
  assert.equal(raw.text.split('HTTP/1.1 200').length, 3)
  assert.equal(raw.text.split('{"status"').length, 2)
})

// ---- who may come in ----------------------------------------------------------------------------------------------

test('strange hosts and origins, wrong tokens and wrong doors are turned away', async t => {
  const server = await serve(t, { token: 'a-token' })
  const body = legacy(1, 'tools/list')
  const good = { Authorization: 'Bearer a-token' }
  const asked = async (more, first) => {
    const raw = new Raw(t, server)
    raw.send(head(server, { 'Content-Length': body.length, ...good, ...more }, first) + body)
    return raw.response()
  }
  assert.equal((await asked({})).status, 200)
  for (const Host of ['evil.example.com', `evil.example.com:${server.port}`, '127.0.0.1'])
    assert.equal((await asked({ Host })).status, 403, Host)
  for (const Origin of ['http://evil.example.com', 'null', `http://127.0.0.1:${server.port}.evil.com`])
    assert.equal((await asked({ Origin })).status, 403, Origin)
  const refused = await asked({ Authorization: undefined })
  assert.equal(refused.status, 401)
  assert.equal(refused.headers['www-authenticate'], 'Bearer')
  assert.equal((await asked({ Authorization: 'Bearer b-token' })).status, 401)
  assert.equal((await asked({}, 'POST /other HTTP/1.1')).status, 404)
  const wrong = await asked({}, 'PUT /mcp HTTP/1.1')
  assert.equal(wrong.status, 405)
  assert.equal(wrong.headers.allow, 'POST, GET, DELETE')
  assert.equal((await asked({ 'Content-Type': 'text/plain' })).status, 415)

  const own = await asked({ Origin: `http://localhost:${server.port}` })
  assert.equal(own.status, 200)
  assert.equal(own.headers['access-control-allow-origin'], `http://localhost:${server.port}`)
  assert.equal(own.headers.vary, 'Origin')
  const plain = await asked({})
  assert.ok(!('access-control-allow-origin' in plain.headers))

  const raw = new Raw(t, server)
  raw.send(head(server, {
    Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'mcp-method, mcp-param-region', Accept: '*/*', 'Content-Type': undefined,
  }, 'OPTIONS /mcp HTTP/1.1'))
  const preflight = await raw.response()
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers['access-control-allow-origin'], 'https://app.example.com')
  assert.match(preflight.headers['access-control-allow-headers'], /Mcp-Method.*, \*$/)
  assert.ok(!('content-length' in preflight.headers))
})

test('every shape of a smuggled request is refused, and nothing behind it is looked at', async t => {
  const server = await serve(t)
  const behind = head(server, {}, 'GET /health HTTP/1.1')
  const host = `Host: 127.0.0.1:${server.port}\r\n`
  const top = `POST /mcp HTTP/1.1\r\n${host}Content-Type: application/json\r\n`
  const shapes = [
    `${top}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${top}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    `${top}Content-Length: 0\r\nContent-Length: 40\r\n\r\n`,
    `${top}Content-Length: 0, 40\r\n\r\n`,
    `${top}Content-Length: +0\r\n\r\n`,
    `${top}Content-Length: -1\r\n\r\n`,
    `${top}Content-Length: 0x10\r\n\r\n`,
    `${top}Content-Length: 1e1\r\n\r\n`,
    `${top}Content-Length: 99999999999999999999\r\n\r\n`,
    `${top}Content-Length : 0\r\n\r\n`,
    `${top}Transfer-Encoding: xchunked\r\n\r\n`,
    `${top}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    `${top}Transfer-Encoding: identity\r\n\r\n`,
    `${top}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
    `${top}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    `${top}X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${top}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`,
    `${top}Transfer-Encoding: chunked\r\n\r\n0;\r\n\x01\r\n\r\n`,
    `${top}${host}Content-Length: 0\r\n\r\n`,
    `POST http://evil/mcp HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`,
    `GET /health HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`,
    `GET /health HTTP/1.1\n${host}\n\n`,
    `GET /health HTTP/1.1\r\n${host}X\0: a\r\n\r\n`,
  ]
  for (const shape of shapes) {
    const raw = new Raw(t, server)
    raw.send(shape + behind)
    const { status } = await raw.response()
    assert.equal(status, 400, shape)
    assert.equal(await raw.end(), '', shape)
  }
})

test('too much is refused with its own status, before it has come where that can be', async t => {
  const server = await serve(t)
  const asked = async (text, ...more) => {
    const raw = new Raw(t, server)
    raw.send(text)
    for (const piece of more) raw.send(piece)
    const { status, body } = await raw.response()
    await raw.end()
    return { status, body }
  }
  const large = await asked(head(server, { 'Content-Length': 5 << 20 }))
  assert.equal(large.status, 413)
  assert.match(large.body, /at most 1048576 bytes/)
  const piece = `10000\r\n${'x'.repeat(65536)}\r\n`
  assert.equal((await asked(head(server, { 'Transfer-Encoding': 'chunked' }), ...Array(20).fill(piece))).status, 413)
  assert.equal((await asked(head(server, { X: 'x'.repeat(20_000) }))).status, 431)
  assert.equal((await asked('GET /health HTTP/2.0\r\n\r\n')).status, 505)
  assert.equal((await asked('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\r\n\r\n')).status, 400)
  const whole = new Raw(t, server)
  whole.send(bytes(server, legacy(1, 'tools/call', { name: 'echo', arguments: { text: 'x'.repeat(1_000_000) } })))
  const { body } = await whole.response()
  assert.ok(body.length > 1_000_000)
})
