// What can be said at the HTTP door: framing, headers, messages, sessions. How much of it: http_load_cases.mjs.

import assert from 'node:assert/strict'
import { canaries, Program, sanitized, sleep, token } from './doors.mjs'
import { byteCases } from './bytes.mjs'
import { echo, exchange, messages, modern, post, session, slow, Wire } from './http_peer.mjs'
import { jsonCasesInBodies } from './json_cases.mjs'
import { mulberry32 } from './small_cases.mjs'

export async function open(t, args = [], options = {}) {
  const program = new Program(t, ['--listen', 'http://127.0.0.1:0', ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  const [url] = await program.listening()
  const { port, pathname } = new URL(url)
  assert.equal(pathname, '/mcp')
  return { program, port: Number(port) }
}

export const alive = async port => {
  const reply = await exchange(port, post(port, echo(1, 'alive')))
  assert.equal(messages(reply)[0].result.content[0].text, 'alive')
}

export async function framingCases(t) {
  const { program, port } = await open(t)
  const host = `Host: 127.0.0.1:${port}`
  const auth = `Authorization: Bearer ${token}`
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
  const request = (lines, text = body) => ['POST /mcp HTTP/1.1', host, auth, 'Content-Type: application/json', ...lines].join('\r\n') + '\r\n\r\n' + text

  await t.test('H10 nothing is smuggled: whatever two parsers could read differently is refused, and the connection closed', async () => {
    const smuggled = `POST /mcp HTTP/1.1\r\n${host}\r\n${auth}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const n = body.length
    const shapes = {
      'length and chunks': request([`Content-Length: ${n}`, 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`), 'chunks and length': request(['Transfer-Encoding: chunked', `Content-Length: ${n}`], `0\r\n\r\n${smuggled}`),
      'two lengths': request([`Content-Length: ${n}`, 'Content-Length: 0'], body + smuggled), 'a list of lengths': request([`Content-Length: ${n}, 0`]),
      'a length with a sign': request([`Content-Length: +${n}`]), 'a negative length': request(['Content-Length: -1']), 'a length in hex': request(['Content-Length: 0x10']),
      'a length beyond 64 bits': request(['Content-Length: 18446744073709551617']), 'an empty length': request(['Content-Length:']), 'a length with a space': request([`Content-Length: ${n} 0`]),
      'space before the colon': request([`Content-Length : ${n}`]), 'an unknown coding': request(['Transfer-Encoding: xchunked'], `0\r\n\r\n${smuggled}`), 'chunked twice': request(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`),
      'chunked not last': request(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${smuggled}`), 'a chunk of no number': request(['Transfer-Encoding: chunked'], `zz\r\n${body}\r\n0\r\n\r\n`),
      'a chunk beyond 64 bits': request(['Transfer-Encoding: chunked'], `10000000000000001\r\n${body}\r\n0\r\n\r\n`), 'a chunk with a sign': request(['Transfer-Encoding: chunked'], `+5\r\nhello\r\n0\r\n\r\n`),
      'a chunk without its end': request(['Transfer-Encoding: chunked'], `5\r\nhelloX\r\n0\r\n\r\n`), 'NUL in a header': request([`X: a\0b`, `Content-Length: ${n}`]), 'a lone carriage return': request([`X: a\rContent-Length: 0`, `Content-Length: ${n}`]),
      'no version': `POST /mcp\r\n${host}\r\n\r\n`, 'version 2': request([`Content-Length: ${n}`]).replace('HTTP/1.1', 'HTTP/2.0'), 'a space in the target': request([`Content-Length: ${n}`]).replace('/mcp', '/m cp'),
      'no header name': request([': x', `Content-Length: ${n}`]), 'a folded header': request([`X: a\r\n b`, `Content-Length: ${n}`]), 'two hosts': request([host, `Content-Length: ${n}`]),
    }
    const served = []
    for (const [name, bytes] of Object.entries(shapes)) {
      const wire = new Wire(port)
      wire.write(bytes)
      const reply = await wire.response().catch(() => undefined) // closed without a word is a refusal too
      if (reply) {
        if (reply.status < 400) served.push(name)
        await Promise.race([wire.closed, sleep(300)])
        assert.equal(wire.unread, 0, `${name}: a second response`)
      }
      wire.destroy()
    }
    // A folded header and one that says the same thing twice are old, but not two requests.
    assert.deepEqual(served.filter(s => s !== 'a folded header'), [])
    await alive(port)
  })

  await t.test('H17 bytes that are no HTTP', async () => {
    for (const bytes of ['\0'.repeat(100), '\r\n'.repeat(50), '{"jsonrpc":"2.0"}\n', '\x16\x03\x01\x02\0\x01\0', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'GET\r\n\r\n', 'GET /mcp HTTP/1.1\r\n\r\n', `${'A'.repeat(9000)} / HTTP/1.1\r\n\r\n`]) {
      const wire = new Wire(port)
      wire.write(Buffer.from(bytes, 'latin1'))
      wire.end()
      const reply = await wire.response({ ms: 5000 }).catch(() => undefined)
      if (reply) assert.ok(reply.status >= 400, `${JSON.stringify(bytes.slice(0, 20))}: ${reply.status}`)
      wire.destroy()
    }
    await alive(port)
  })

  await t.test('H91 3,000 mutated requests', async () => {
    const random = mulberry32(0xfade)
    const seeds = [post(port, echo(1, 'x')), request([`Content-Length: ${body.length}`]), request(['Transfer-Encoding: chunked'], `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)].map(s => Buffer.from(s))
    const rounds = sanitized ? 600 : 3000
    for (let i = 0; i < rounds; i += 20)
      await Promise.all(Array.from({ length: 20 }, async () => {
        const bytes = Buffer.from(seeds[random(seeds.length)])
        for (let n = 1 + random(5); n > 0; --n) bytes[random(bytes.length)] = random(2) ? random(256) : '\r\n :;,0f'.charCodeAt(random(8))
        const wire = new Wire(port)
        wire.write(bytes)
        wire.end()
        const reply = await wire.response({ ms: 15_000 }).catch(failure => { assert.ok(!/a header|twice|AssertionError.*HTTP/.test(failure.message), failure.message) })
        if (reply?.headers['content-type'] === 'application/json' && reply.text) JSON.parse(reply.text)
        wire.destroy()
      }))
    await alive(port)
  })

  await t.test('H02 H03 H04 H05 H32 who asks, and under which name', async () => {
    const as = (headers, message = echo(1, 'x')) => exchange(port, post(port, message, headers))
    for (const name of ['evil.example', 'evil.example:80', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`, `127.0.0.1.evil.example:${port}`, `localhost.:${port}`, `0.0.0.0:${port}`, `2130706433:${port}`, '', `127.0.0.1:${port}@evil.example`, `[::1]`])
      assert.ok([400, 403].includes((await as({ Host: name })).status), `Host: ${name}`)
    for (const name of [`localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) assert.equal((await as({ Host: name })).status, 200, name)
    for (const origin of ['null', 'http://evil.example', `https://127.0.0.1:${port}`, 'http://127.0.0.1', `http://127.0.0.1:${port + 1}`, `http://localhost.evil.example:${port}`, 'file://', '', `http://127.0.0.1:${port}, http://evil.example`]) {
      const reply = await as({ Origin: origin })
      assert.equal(reply.status, 403, `Origin: ${origin}`)
      assert.ok(!('access-control-allow-origin' in reply.headers))
    }
    const own = await as({ Origin: `http://127.0.0.1:${port}` })
    assert.equal(own.status, 200)
    assert.notEqual(own.headers['access-control-allow-origin'], '*')
  })

  await t.test('H08 there is the endpoint, /health, and nothing else', async () => {
    for (const path of ['/', '/mcp/', '/mcp2', '/MCP', '/mcp/../mcp', '/%6dcp', '//mcp', '/register', '/authorize', '/token', '/.well-known/oauth-authorization-server', '/sse', '/messages', '/metrics', '/../../etc/passwd', '/mcp%00', '/' + 'a'.repeat(8000)])
      for (const method of ['GET', 'POST']) {
        const reply = await exchange(port, `${method} ${path} HTTP/1.1\r\n${host}\r\n${auth}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`)
        assert.ok(reply.status >= 400 && reply.status < 500, `${method} ${path}: ${reply.status}`)
      }
    for (const method of ['PUT', 'PATCH', 'HEAD', 'TRACE', 'CONNECT', 'PROPFIND', 'post']) {
      const reply = await exchange(port, `${method} /mcp HTTP/1.1\r\n${host}\r\n${auth}\r\nContent-Length: 0\r\n\r\n`, { head: method === 'HEAD' })
      assert.ok([400, 405, 501].includes(reply.status), `${method}: ${reply.status}`)
    }
    const health = await exchange(port, `GET /health HTTP/1.1\r\n${host}\r\n\r\n`)
    assert.equal(health.text.trim(), '{"status":"ok"}')
  })

  await t.test('H21 without the token nobody is served, and is not told it', async () => {
    for (const value of [null, '', 'Bearer', 'Bearer ', `Basic ${token}`, token, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Bearer ${token.toUpperCase()}`, `Bearer  x ${token}`, ['Bearer wrong-token-000000', `Bearer ${token}`]]) {
      const reply = await exchange(port, post(port, echo(1, 'x'), { Authorization: value }))
      assert.ok([400, 401].includes(reply.status), String(value))
      if (reply.status === 401) assert.match(reply.headers['www-authenticate'], /^Bearer/)
      for (const canary of canaries) assert.ok(!JSON.stringify(reply).includes(canary))
    }
    const inQuery = post(port, echo(1, 'x'), { Authorization: null }).toString().replace('/mcp', `/mcp?token=${token}&access_token=${token}`)
    assert.equal((await exchange(port, inQuery)).status, 401)
  })

  await t.test('H18 headers that do not say what the body says', async () => {
    const code = async (message, headers) => messages(await exchange(port, post(port, message, headers)))[0].error?.code
    const call = echo(1, 'x')
    for (const headers of [{ 'Mcp-Method': 'tools/list' }, { 'Mcp-Method': null }, { 'Mcp-Method': ['tools/call', 'tools/call'] }, { 'Mcp-Method': 'TOOLS/CALL' }, { 'Mcp-Name': 'slow' }, { 'Mcp-Name': null }, { 'Mcp-Name': ['echo', 'slow'] },
      { 'Mcp-Name': '=?base64?c2xvdw==?=' }, { 'Mcp-Name': '=?base64?%%%?=' }, { 'MCP-Protocol-Version': '2025-11-25' }, { 'MCP-Protocol-Version': null }, { 'MCP-Protocol-Version': ['2026-07-28', '2025-11-25'] }])
      assert.equal(await code(call, headers), -32020, JSON.stringify(headers))
    assert.equal(await code(call, { 'Mcp-Name': '=?base64?ZWNobw==?=' }), undefined)
    assert.equal(await code({ id: 1, method: 'tools/list', params: {} }, { 'MCP-Protocol-Version': '2026-07-28' }), -32602)
    assert.equal(await code(modern(1, 'ping')), -32601)
    const old = modern(1, 'tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': '1900-01-01' } })
    assert.equal(await code(old), -32022)
  })

  await t.test('H24 H25 what a client says breaks neither headers nor events', async () => {
    const text = 'a\r\n\r\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\nevent: x\r\rid: 1\u2028\u0000'
    const reply = await exchange(port, post(port, echo('\r\nX: y', text)))
    const [message] = messages(reply)
    assert.equal(message.id, '\r\nX: y')
    assert.equal(message.result.content[0].text, text)
    const streamed = await exchange(port, post(port, slow('\n\ndata: x', 400, { progressToken: '\n\nevent: evil\r\n' })))
    assert.match(streamed.headers['content-type'], /^text\/event-stream/)
    const said = messages(streamed)
    assert.ok(said.length >= 2 && said.slice(0, -1).every(m => m.params.progressToken === '\n\nevent: evil\r\n'))
    assert.equal(said.at(-1).id, '\n\ndata: x')
  })

  await t.test('H30 encoded bodies, other types', async () => {
    const status = async headers => (await exchange(port, post(port, echo(1, 'x'), headers))).status
    for (const coding of ['gzip', 'br', 'deflate', 'identity, gzip']) assert.equal(await status({ 'Content-Encoding': coding }), 415, coding)
    for (const type of [null, 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp', 'application/json; charset=utf-16', '', ['application/json', 'text/plain']])
      assert.equal(await status({ 'Content-Type': type }), 415, String(type))
    assert.equal(await status({ 'Content-Type': 'application/json; charset=utf-8' }), 200)
  })

  program.holdTongue()
}

export async function messageCases(t) {
  const { program, port } = await open(t)
  for (const era of ['legacy', 'modern'])
    await t.test(`HS ${era}: every message that fits in a body`, async () => {
      const headers = era === 'legacy' ? await session(port) : {}
      const failed = []
      let wire = new Wire(port)
      const list = byteCases(era).filter(c => {
        const text = c.send.subarray(0, -1)
        const refusedUnread = c.want.length === 1 && [-32700, -32600].includes(c.want[0].code) && c.want[0].id === undefined
        return c.send.at(-1) === 10 && !text.includes(10) && c.id !== 'S43' && (era === 'legacy' || refusedUnread)
      })
      for (const { id, name, send, want } of list) {
        const what = `${id} ${name}`
        if (wire.over) wire = new Wire(port)
        wire.write(post(port, send.subarray(0, -1), headers))
        try {
          const reply = await wire.response()
          const said = messages(reply)
          if (reply.headers.connection === 'close') { wire.destroy(); wire = new Wire(port) }
          assert.equal(said.length, want.length, `${reply.status} ${reply.text.slice(0, 200)}`)
          if (want.length === 0) assert.equal(reply.status, 202)
          else if (want[0].code && want[0].id === undefined) {
            assert.equal(said[0].error?.code, want[0].code, reply.text.slice(0, 200))
            assert.ok(!('id' in said[0]) && reply.status === 400)
          } else if (want[0].code) assert.equal(said[0].error?.code, want[0].code, reply.text.slice(0, 200))
          else assert.ok(said[0].result, reply.text.slice(0, 200))
        } catch (failure) {
          failed.push(`${what}: ${failure.message.slice(0, 400)}`)
          if (failed.length > 15) break
          wire.destroy()
          wire = new Wire(port)
        }
      }
      wire.destroy()
      assert.deepEqual(failed, [])
      assert.ok(list.length > 150)
    })

  await jsonCasesInBodies(t, port)

  await t.test('H19 sessions are long and random, and end when they are told to', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => session(port)))
    assert.equal(new Set(ids.map(h => h['Mcp-Session-Id'])).size, 50)
    const ping = headers => exchange(port, post(port, { id: 1, method: 'ping' }, headers))
    assert.equal((await ping(ids[0])).status, 200)
    for (const id of ['0'.repeat(32), ids[0]['Mcp-Session-Id'].slice(1), `${ids[0]['Mcp-Session-Id']}0`, "' OR 1=1", '../..', '__proto__', 'x'.repeat(4000)])
      assert.equal((await ping({ ...ids[0], 'Mcp-Session-Id': id })).status, 404, id.slice(0, 40))
    const end = post(port, '', { ...ids[0], 'Content-Type': null }).toString('latin1').replace('POST', 'DELETE')
    assert.ok([200, 202, 204].includes((await exchange(port, end)).status))
    assert.equal((await ping(ids[0])).status, 404)
    assert.equal((await exchange(port, end)).status, 404)
    assert.equal((await ping(ids[1])).status, 200)
  })

  await t.test('H19 5,000 sessions are not kept', async () => {
    const before = program.rss
    const count = sanitized ? 1500 : 5000
    const first = await session(port)
    for (let i = 0; i < count; i += 50)
      await Promise.all(Array.from({ length: 50 }, () => exchange(port, post(port, { id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x'.repeat(5000), version: '1' } } }))))
    if (!sanitized) assert.ok(program.rss - before < 64, `grew by ${program.rss - before} MiB`)
    assert.ok([200, 404].includes((await exchange(port, post(port, { id: 1, method: 'ping' }, first))).status))
    await alive(port)
  })

  await t.test('H20 the same id from 200 clients at once: each has its own answer', async () => {
    const { port } = await open(t)
    const replies = await Promise.all(Array.from({ length: 200 }, (_, i) => exchange(port, post(port, echo(1, `client ${i}`)))))
    replies.forEach((reply, i) => assert.equal(messages(reply)[0].result.content[0].text, `client ${i}`))
    const headers = await session(port)
    const both = await Promise.all([300, 10].map(ms => exchange(port, post(port, { id: 7, method: 'tools/call', params: { name: 'slow', arguments: { ms } } }, headers))))
    const said = both.map(reply => messages(reply).at(-1))
    assert.equal(said.filter(m => m.error?.code === -32600).length, 1)
    assert.equal(said.filter(m => m.result).length, 1)
  })
  program.holdTongue()
}
