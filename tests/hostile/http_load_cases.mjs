// Too much of it over HTTP: large, slow, many, not read, no memory; and the end of the program.

import assert from 'node:assert/strict'
import { becomes, sanitized, sleep, slower } from './doors.mjs'
import { alive, open } from './http_cases.mjs'
import { echo, exchange, messages, modern, post, session, slow, Wire } from './http_peer.mjs'

const MiB = 1 << 20
const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]

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

  await t.test('S54 streams that listen have a limit, and leave room when their clients do', async () => {
    const { program, port } = await open(t, ['--limit', 'http_streams=40'])
    const listen = post(port, modern('l', 'subscriptions/listen', { notifications: { toolsListChanged: true } }))
    const wires = Array.from({ length: 60 }, () => new Wire(port))
    for (const wire of wires) wire.write(listen)
    const refused = (await Promise.all(wires.map(wire => Promise.race([wire.response(), sleep(1500 * slower)])))).filter(Boolean)
    assert.deepEqual(refused.map(reply => [reply.status, reply.headers['retry-after']]), Array(20).fill([503, '1']))
    for (const wire of wires) wire.destroy()
    await becomes(5000, () => program.sockets < 10 || program.sockets, 'the end of the streams')
    const late = new Wire(port)
    late.write(listen)
    assert.equal(await Promise.race([late.response(), sleep(500)]), undefined)
    late.destroy()
    await alive(port)
  })

  await t.test('S86 no memory left: an error or a closed connection, and the next request is served', { skip: sanitized }, async () => {
    const { program, port } = await open(t, [], { wrap: ['prlimit', `--as=${50 * MiB}`] })
    const body = post(port, Buffer.from(`{"a":[${'"xxx",'.repeat(170_000)}1]}`))
    const replies = await Promise.all(Array.from({ length: 100 }, () => exchange(port, body, { ms: 30_000 }).catch(() => undefined)))
    assert.ok(replies.filter(Boolean).every(reply => [400, 500, 503].includes(reply.status)))
    assert.ok(replies.some(reply => reply === undefined || reply.status >= 500), 'there was memory enough')
    await alive(port)
    program.holdTongue()
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
