// What many clients can do to one server, and to one another: sockets only.

import assert from 'node:assert/strict'
import net from 'node:net'
import { becomes, call, connect, Door, Program, sanitized, sleep, slower, tokenLine } from './doors.mjs'

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]

async function roundTrips(peer, count) {
  const times = []
  for (let i = 0; i < count; ++i) {
    const start = performance.now()
    await peer.ping()
    times.push(performance.now() - start)
  }
  return times
}

export async function connectionCases(t, door) {
  const open = await new Door(t, door).open()
  const program = open.program
  const other = await open.peer('modern')
  await other.ping() // it is accepted
  // UBSan opens descriptors of its own.
  const descriptors = () => (sanitized ? program.sockets : program.descriptors)
  const idle = descriptors()

  await t.test('H20 the same ids on 50 connections are never mixed', async () => {
    const peers = []
    for (let i = 0; i < 50; ++i) peers.push(await open.peer(i % 2 ? 'modern' : 'legacy'))
    for (let round = 0; round < 20; ++round)
      peers.forEach((peer, i) => peer.send(call(i % 2 ? 'modern' : 'legacy', round, 'echo', { text: `${i}.${round}` })))
    for (const [i, peer] of peers.entries()) {
      const replies = await peer.heard(m => typeof m.id === 'number', 20)
      assert.deepEqual(replies.map(m => m.result.content[0].text), Array.from({ length: 20 }, (_, round) => `${i}.${round}`))
      peer.destroy()
    }
    await becomes(5000, () => descriptors() <= idle || descriptors(), 'descriptors')
  })

  await t.test('H20 one client cannot cancel another\'s request, nor answer for it', async () => {
    const [victim, attacker] = [await open.peer('legacy'), await open.peer('legacy')]
    victim.send(call('legacy', 'x', 'slow', { ms: 400 }))
    for (let i = 0; i < 20; ++i) {
      attacker.send({ method: 'notifications/cancelled', params: { requestId: 'x' } })
      attacker.send({ id: 'x', result: {} })
    }
    await attacker.ping()
    assert.ok((await victim.response('x')).result)
    victim.destroy()
    attacker.destroy()
  })

  await t.test('S95 2,000 connections come and go: served, and every descriptor is back', async () => {
    const count = sanitized ? 400 : 2000
    for (let i = 0; i < count; i += 20)
      await Promise.all(Array.from({ length: 20 }, async (_, k) => {
        const peer = await connect(open.where)
        if (k % 4 === 0) return peer.destroy()
        peer.harmless = { method: 'ping' }
        await peer.ping()
        if (k % 4 === 1) peer.destroy()
        else peer.end()
        if (k % 4 === 2) await peer.ended
        peer.destroy()
      }))
    await becomes(5000, () => descriptors() <= idle || descriptors(), 'descriptors')
    await other.ping()
  })

  await t.test('S96 connections that are reset, in mid-message, in mid-reply, at once', async () => {
    for (let i = 0; i < 60; ++i) {
      const peer = await connect(open.where)
      const end = () => (peer.input.resetAndDestroy && door === 'tcp' ? peer.input.resetAndDestroy() : peer.destroy())
      if (i % 3 === 0) peer.write('{"jsonrpc":"2.0","id":1,"met')
      if (i % 3 === 1) {
        peer.output.pause()
        for (let k = 0; k < 20; ++k) peer.send(call('modern', k, 'echo', { text: 'x'.repeat(100_000) }))
        await sleep(5)
      }
      if (i % 3 === 2) peer.send(call('modern', 1, 'slow', { ms: 60_000 }))
      if (i % 3 === 2) await sleep(2)
      end()
    }
    await becomes(12_000, () => descriptors() <= idle || descriptors(), 'descriptors')
    const before = program.cpu
    await sleep(500)
    assert.ok(program.cpu - before < 0.2 * slower, 'it spins')
    await other.ping()
  })

  await t.test('S76 half-closed: what is in flight is finished, written and then closed', async () => {
    const peer = await open.peer('legacy')
    peer.send(call('legacy', 1, 'slow', { ms: 500 }))
    peer.send(call('legacy', 2, 'echo', { text: 'y'.repeat(500_000) }))
    peer.write('{"jsonrpc":"2.0","id":3,"method":"ping"}') // without its newline
    peer.end()
    await peer.ended
    assert.deepEqual(peer.messages.map(m => m.id).sort(), [1, 2, 3])
    assert.ok(peer.messages.every(m => m.result))
  })

  await t.test('S71 the end in mid-message: one error, then the end', async () => {
    const peer = await open.peer('legacy')
    peer.write('{"jsonrpc":"2.0","id":3,"meth')
    peer.end()
    await peer.ended
    assert.deepEqual(peer.messages.map(m => m.error.code), [-32700])
  })

  await t.test('S98 a client that does not read slows down nobody else', async () => {
    const hogs = []
    const before = program.rss
    for (let i = 0; i < 8; ++i) {
      const hog = await open.peer('modern')
      hog.output.pause()
      hogs.push(hog)
      for (let k = 0; k < 60; ++k) hog.send(call('modern', k, 'echo', { text: 'z'.repeat(100_000) }))
    }
    const times = await roundTrips(other, 200)
    assert.ok(quantile(times, 0.99) < 500 * slower, `p99 ${quantile(times, 0.99)} ms`)
    // Each: the queue that stops the reading, one more message, and its buffers.
    if (!sanitized) assert.ok(program.rss - before < 8 * 12, `grew by ${program.rss - before} MiB`)
    for (const hog of hogs) hog.output.resume()
    for (const hog of hogs) {
      const replies = await hog.heard(m => typeof m.id === 'number', 60, 30_000)
      assert.equal(new Set(replies.map(m => m.id)).size, 60)
      hog.destroy()
    }
  })

  await t.test('S99 connections up to the limit, in little memory each; the next is told so; then there is room', async () => {
    const most = door === 'unix' ? (sanitized ? 300 : 1000) : 100
    const own = await new Door(t, door, { args: door === 'unix' && sanitized ? ['--limit', 'unix_connections=300'] : [] }).open()
    const warm = await own.peer('modern')
    const before = own.program.rss
    const peers = []
    for (let i = 1; i < most; ++i) peers.push(await connect(own.where))
    await warm.ping()
    await becomes(5000, () => own.program.sockets >= most || own.program.sockets, 'all of them')
    const full = own.program.sockets
    const each = ((own.program.rss - before) * 1024) / most
    if (!sanitized) assert.ok(each < (door === 'unix' ? 16 : 40), `${each} KiB a connection`)
    const late = await connect(own.where)
    await late.ended
    assert.equal(late.messages[0].error.code, -32603)
    assert.match(late.messages[0].error.message, /^busy: \d+ connections/)
    assert.ok(quantile(await roundTrips(warm, 100), 0.99) < 250 * slower)
    await becomes(3000, () => own.program.sockets === full || own.program.sockets, 'the refused one to be closed')
    peers.pop().destroy()
    await becomes(3000, () => own.program.sockets < full || own.program.sockets, 'room')
    const next = await connect(own.where)
    next.harmless = { method: 'ping' }
    await next.ping()
    for (const peer of [...peers, next]) peer.destroy()
  })

  await t.test('S69 the requests of all connections have a limit together', async () => {
    const own = await new Door(t, door, { args: ['--limit', 'all_requests=50'] }).open()
    const peers = [await own.peer('modern'), await own.peer('modern')]
    for (const peer of peers) for (let i = 0; i < 40; ++i) peer.send(call('modern', i, 'slow', { ms: 600_000 }))
    await becomes(10_000, () => peers.flatMap(p => p.messages).length === 30 || peers.flatMap(p => p.messages).length, 'refusals')
    assert.ok(peers.flatMap(p => p.messages).every(m => /^busy: 50 requests/.test(m.error?.message)))
    for (const peer of peers) for (let i = 0; i < 40; ++i) peer.send({ method: 'notifications/cancelled', params: { requestId: i } })
    // Each is served again once the other's have been called off, too.
    await Promise.all(peers.map(async peer => {
      for (;;) {
        try { return await peer.ping() } catch (busy) { if (!/busy/.test(busy.message)) throw busy }
        await sleep(10)
      }
    }))
  })

  // Not under UBSan, whose check of virtual tables needs descriptors itself and calls it an error to have none.
  await t.test('S85 descriptors exhausted: no spinning, and service as soon as there are some', { skip: sanitized }, async () => {
    // More doors than descriptors: each has room by its own count, all together have not.
    const doors = Array.from({ length: 4 }, (_, i) => ['--listen', door === 'unix' ? `unix:d${i}` : 'tcp:127.0.0.1:0']).flat()
    const p = new Program(t, doors, { wrap: ['prlimit', '--nofile=100'], stdio: ['ignore', 'pipe', 'pipe'] })
    const where = (await p.listening()).map(at => at.replace('unix:', `unix:${p.dir}/`))
    const peers = []
    for (let i = 0; i < 120; ++i) {
      const peer = await Promise.race([connect(where[i % 4]).catch(() => null), sleep(500)])
      if (peer) peers.push(peer)
    }
    await becomes(3000, () => /cannot accept connections/.test(p.stderr) || p.stderr, 'exhaustion')
    const before = p.cpu
    await sleep(1000)
    const used = p.cpu - before
    assert.ok(used < 0.1 * slower, `${used * 100} % CPU`)
    assert.ok(p.stderr.split('cannot accept').length < 20, 'the log repeats itself')
    for (const peer of peers) peer.destroy()
    await becomes(3000, () => p.sockets < 40 || p.sockets, 'descriptors')
    const peer = await connect(where[0])
    peer.harmless = { method: 'ping' }
    await peer.ping(2000)
    peer.destroy()
    p.holdTongue()
  })

  await t.test('S75 told to end: nobody is accepted, what is in flight is finished, what is idle is closed', async () => {
    const own = await new Door(t, door).open()
    const [busy, quiet, stuck] = [await own.peer('modern'), await own.peer('legacy'), await own.peer('modern')]
    busy.send(call('modern', 'last', 'slow', { ms: 700 }))
    stuck.send(call('modern', 'never', 'slow', { ms: 600_000 }))
    await busy.ping()
    await stuck.ping()
    own.program.child.kill('SIGTERM')
    await quiet.ended
    await assert.rejects(connect(own.where))
    assert.equal((await busy.response('last')).result.content[0].text, 'slept 700 ms')
    assert.equal(await own.program.ends(9000), 143)
    assert.equal(stuck.messages.filter(m => m.id === 'never').length, 0)
    own.hold()
  })

  if (door === 'tcp') await tokenCases(t, open, other)
  open.hold()
}

async function tokenCases(t, open, other) {
  const [, port] = /:(\d+)$/.exec(open.where)
  // Everything that comes back to these bytes, until the connection ends.
  const raw = bytes => new Promise(resolve => {
    let heard = ''
    const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(bytes))
    socket.on('data', data => (heard += data)).on('close', () => resolve(heard)).on('error', () => {})
  })
  const list = '{"jsonrpc":"2.0","id":5,"method":"tools/list"}\n'

  await t.test('S93 what does not begin with the token gets one error, and nothing is executed', async () => {
    const http = `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n`
    const wrong = tokenLine.replace('canary-token', 'canary-tokem')
    for (const bytes of [
      http + tokenLine + list, `GET /${list} HTTP/1.1\r\n\r\n`, 'OPTIONS * HTTP/1.1\r\n\r\n' + tokenLine, list + tokenLine, wrong + list, '[]\n' + tokenLine,
      `[${tokenLine.trim()}]\n${list}`, '17\n' + tokenLine, '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\n' + tokenLine, 'null\n' + tokenLine + list, '{}\n' + tokenLine,
      Buffer.concat([Buffer.from([0xff, 0xfe, 10]), Buffer.from(tokenLine + list)]), 'x'.repeat(200_000), tokenLine.replace('"_meta"', '"_Meta"') + list,
      tokenLine.replace('{"jsonrpc"', `{"a":"${'x'.repeat(70_000)}","jsonrpc"`) + list,
    ]) {
      const lines = (await raw(bytes)).split('\n').filter(Boolean)
      assert.equal(lines.length, 1, `${bytes.toString().slice(0, 60)}: ${lines}`)
      const reply = JSON.parse(lines[0])
      assert.ok([-32600, -32700].includes(reply.error.code))
      assert.ok(!lines[0].includes('canary'))
    }
  })

  await t.test('S93 empty lines before the token are passed over; the token is needed once', async () => {
    const peer = await connect(open.where, { hello: false })
    peer.write('\n\r\n' + tokenLine)
    peer.harmless = { method: 'ping' }
    await peer.ping()
    peer.destroy()
  })

  await t.test('H12 a peer that is slow to begin is sent away, and nobody waits for it', async () => {
    const own = await new Door(t, 'tcp', { args: ['--limit', 'first_line_ms=1000'] }).open()
    const fast = await own.peer('modern')
    const [silent, drip] = [await connect(own.where, { hello: false }), await connect(own.where, { hello: false })]
    const start = Date.now()
    const dripping = setInterval(() => drip.write(' '), 50)
    assert.ok(quantile(await roundTrips(fast, 50), 0.99) < 250 * slower)
    await Promise.all([silent.ended, drip.ended])
    clearInterval(dripping)
    assert.ok(Date.now() - start < 4000 * slower)
    assert.match(silent.messages[0].error.message, /in time/)
    await fast.ping()
  })

  await other.ping()
}
