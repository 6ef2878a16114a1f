// What can be done to the HTTP door: framing, headers, bodies, sessions, slowness, numbers.

import assert from 'node:assert/strict'
import { becomes, canaries, Program, sanitized, sleep, slower, token } from './doors.mjs'
import { byteCases } from './bytes.mjs'
import { echo, exchange, messages, modern, post, session, slow, Wire } from './http_peer.mjs'
import { mulberry32 } from './small_cases.mjs'

const MiB = 1 << 20
const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]

export async function open(t, args = [], options = {}) {
  const program = new Program(t, ['--listen', 'http://127.0.0.1:0', ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  const [url] = await program.listening()
  const { port, pathname } = new URL(url)
  assert.equal(pathname, '/mcp')
  return { program, port: Number(port) }
}

const alive = async port => {
  const reply = await exchange(port, post(port, echo(1, 'alive')))
  assert.equal(messages(reply)[0].result.content[0].text, 'alive')
}

async function times(port, count) {
  const wire = new Wire(port)
  const out = []
  for (let i = 0; i < count; ++i) {
    const start = performance.now()
    wire.write(post(port, echo(i, 'x')))
    await wire.response()
    out.push(performance.now() - start)
  }
  wire.destroy()
  return out
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

export async function loadCases(t) {
  await t.test('H11 too much body, too much head', async () => {
    const { program, port } = await open(t)
    const before = program.rss
    const status = async bytes => (await exchange(port, bytes)).status
    const sized = size => { const empty = JSON.stringify({ jsonrpc: '2.0', ...echo(1, '') }).length; return post(port, echo(1, 'x'.repeat(size - empty))) }
    assert.equal(await status(sized(MiB)), 200)
    assert.equal(await status(sized(MiB + 1)), 413)
    const early = new Wire(port) // by its length alone
    early.write(post(port, echo(1, ''), { 'Content-Length': 10 ** 12 }))
    assert.equal((await early.response()).status, 413)
    early.destroy()
    const chunks = new Wire(port)
    chunks.write(post(port, '', { 'Content-Length': null, 'Transfer-Encoding': 'chunked' }))
    for (let i = 0; i < 40 && !chunks.over; ++i) { chunks.write(`20000\r\n${'x'.repeat(0x20000)}\r\n`); await sleep(1) }
    const cut = await chunks.response().catch(() => undefined)
    if (cut) assert.equal(cut.status, 413)
    chunks.destroy()
    assert.equal(await status(post(port, echo(1, 'x'), { 'X-Big': 'y'.repeat(20_000) })), 431)
    assert.ok([400, 431].includes(await status(post(port, echo(1, 'x'), { 'X-Many': Array(2000).fill('y') }))))
    const endless = new Wire(port)
    endless.write('POST /mcp HTTP/1.1\r\nX: ')
    for (let i = 0; i < 200 && !endless.over; ++i) { endless.write('z'.repeat(10_000)); await sleep(1) }
    await Promise.race([endless.closed, sleep(3000)])
    endless.destroy()
    if (!sanitized) assert.ok(program.peak - before < 48, `grew by ${program.peak - before} MiB`)
    await alive(port)
  })

  await t.test('H12 H13 H14 slow heads, slow bodies and silence are cut, and nobody waits for them', async () => {
    const { port } = await open(t, ['--limit', 'http_header_ms=700', '--limit', 'http_body_ms=900', '--limit', 'http_idle_ms=1200'])
    const timed = async (bytes, drip) => {
      const wire = new Wire(port)
      wire.write(bytes)
      const dripping = drip && setInterval(() => wire.write(drip), 60)
      const start = Date.now()
      await wire.closed
      clearInterval(dripping)
      return Date.now() - start
    }
    const slowOnes = Promise.all([timed('POST /mcp HT'), timed('POST /mcp HTTP/1.1\r\nX: ', 'y'), timed(post(port, '', { 'Content-Length': 100 })), timed(post(port, '', { 'Content-Length': 90_000 }), ' '), timed('')])
    assert.ok(quantile(await times(port, 100), 0.95) < 250 * slower)
    for (const ms of await slowOnes) assert.ok(ms < 5000 * slower, `${ms} ms`)
  })

  await t.test('H15 H23 clients that vanish, reset, half-close: descriptors are back and nothing spins', async () => {
    const { program, port } = await open(t)
    await alive(port)
    await becomes(3000, () => program.sockets <= 4 || program.sockets, 'the first connection to be closed')
    const idle = program.descriptors
    for (let i = 0; i < 100; ++i) {
      const wire = new Wire(port)
      await wire.opened
      if (i % 4 === 0) wire.write('POST /mcp HTTP/1.1\r\nHo')
      if (i % 4 === 1) wire.write(post(port, slow(1, 60_000, { progressToken: 1 })))
      if (i % 4 === 2) wire.write(post(port, echo(1, 'x'.repeat(900_000))))
      await sleep(2)
      if (i % 3 === 0) wire.socket.resetAndDestroy()
      else if (i % 3 === 1) wire.end()
      else wire.destroy()
      if (i % 3 === 1) setTimeout(() => wire.destroy(), 300)
    }
    await becomes(8000, () => program.descriptors <= idle || program.descriptors, 'descriptors')
    const before = program.cpu
    await sleep(500)
    assert.ok(program.cpu - before < 0.2 * slower, 'it spins')
    await alive(port)
  })

  await t.test('H16 half-closed: a modern client has left, and what it asked is cancelled; a legacy one gets its answer', async () => {
    const { port } = await open(t)
    const gone = new Wire(port)
    gone.write(post(port, slow(1, 60_000)))
    await sleep(100)
    gone.end()
    await Promise.race([gone.closed, sleep(3000 * slower).then(() => assert.fail('still served'))])
    const wire = new Wire(port)
    wire.write(post(port, { id: 1, method: 'tools/call', params: { name: 'slow', arguments: { ms: 300 } } }, await session(port)))
    await sleep(50)
    wire.end()
    assert.equal(messages(await wire.response()).at(-1).result.content[0].text, 'slept 300 ms')
  })

  await t.test('H22 thousands of idle connections, in little memory each', async () => {
    const count = sanitized ? 300 : 3000
    const { program, port } = await open(t)
    await alive(port)
    const before = program.rss
    const wires = []
    for (let i = 0; i < count; i += 100) {
      const more = Array.from({ length: 100 }, () => new Wire(port))
      wires.push(...more)
      await Promise.all(more.map(w => w.opened))
    }
    await alive(port)
    const each = ((program.rss - before) * 1024) / count
    if (!sanitized) assert.ok(each < 16, `${each} KiB each`)
    assert.ok(quantile(await times(port, 100), 0.99) < 250 * slower)
    for (const wire of wires) wire.destroy()
    await becomes(10_000, () => program.sockets < 20 || program.sockets, 'the end of all')
  })

  // Not under UBSan, whose check of virtual tables needs descriptors itself and calls it an error to have none.
  await t.test('H26 descriptors exhausted: no spinning, and service as soon as there are some', { skip: sanitized }, async () => {
    const { program, port } = await open(t, ['--limit', 'http_connections=1000'], { wrap: ['prlimit', '--nofile=100'] })
    const wires = Array.from({ length: 150 }, () => new Wire(port))
    await sleep(500)
    const before = program.cpu
    await sleep(1000)
    assert.ok(program.cpu - before < 0.15 * slower, `${program.cpu - before} s of CPU in a second`)
    for (const wire of wires) wire.destroy()
    await sleep(300)
    await alive(port)
  })

  await t.test('H34 worst bodies, 32 at once', async () => {
    const { program, port } = await open(t)
    const before = program.rss
    const size = MiB - 300
    const kinds = ['1,', '[],', '"",', '{},'].map(v => `[${v.repeat(Math.floor(size / v.length) - 1)}1]`).concat(`{${'"":1,'.repeat(size / 5 - 2)}"a":1}`, '['.repeat(size), `"${'\\u0041'.repeat(size / 6 - 1)}"`)
    const replies = Promise.all(Array.from({ length: 32 }, (_, i) => exchange(port, post(port, Buffer.from(kinds[i % kinds.length])), { ms: 30_000 })))
    const start = Date.now()
    await alive(port)
    assert.ok(Date.now() - start < 3000 * slower)
    for (const reply of await replies) assert.equal(reply.status, 400)
    if (!sanitized) assert.ok(program.peak - before < 160, `grew by ${program.peak - before} MiB`)
  })

  await t.test('S65 a stream that is not read costs little, and the others nothing', async () => {
    const { program, port } = await open(t)
    const before = program.rss
    const hogs = Array.from({ length: 8 }, () => new Wire(port))
    for (const hog of hogs) {
      await hog.opened
      hog.socket.pause()
      for (let i = 0; i < 20; ++i) hog.write(post(port, echo(i, 'z'.repeat(400_000))))
    }
    await times(port, 10)
    const others = quantile(await times(port, 200), 0.99)
    assert.ok(others < 500 * slower, `p99 ${others} ms`)
    if (!sanitized) assert.ok(program.rss - before < 8 * 12, `grew by ${program.rss - before} MiB`)
    for (const hog of hogs) {
      hog.socket.resume()
      for (let i = 0; i < 20; ++i) assert.equal(messages(await hog.response({ ms: 30_000 }))[0].id, i)
      hog.destroy()
    }
  })

  await t.test('H81 10,000 requests leave nothing behind', { skip: sanitized }, async () => {
    const { program, port } = await open(t)
    const round = async () => { for (let i = 0; i < 10; ++i) await times(port, 250); return program.rss }
    await round()
    const before = await round()
    await round()
    const grown = (await round()) - before
    assert.ok(grown < 2, `grew by ${grown} MiB`)
  })

  await t.test('S75 told to end: what is in flight is finished, streams end, the program goes', async () => {
    const { program, port } = await open(t)
    const reply = exchange(port, post(port, slow(1, 700)))
    const idle = new Wire(port)
    await idle.opened
    await sleep(200 * slower)
    program.child.kill('SIGTERM')
    assert.equal(messages(await reply).at(-1).result.content[0].text, 'slept 700 ms')
    await idle.closed
    assert.equal(await program.ends(9000), 143)
    program.holdTongue()
  })
}
