// Too large, too many, not read: memory stays bounded, everything else is served meanwhile, nothing is lost.

import assert from 'node:assert/strict'
import { call, Door, sanitized, sleep, slower } from './doors.mjs'

const MiB = 1 << 20

// `once`: also what has nothing to do with an era, and takes long.
export async function floodCases(t, door, era, once) {
  const bounded = (program, before, most) => {
    // A sanitizer's quarantine keeps what was freed.
    if (!sanitized) assert.ok(program.peak - before < most, `grew by ${program.peak - before} MiB, allowed are ${most}`)
  }
  const message = (id, size) => {
    const [head, tail] = (JSON.stringify({ jsonrpc: '2.0', ...call(era, id, 'echo', { text: '@' }) })).split('@')
    return Buffer.concat([Buffer.from(head), Buffer.alloc(size - head.length - tail.length, 'x'), Buffer.from(tail), Buffer.from('\n')])
  }

  await t.test('S09 a line of exactly the limit is served, one byte more is refused once, and so is 50 times as much', { skip: !once }, async () => {
    const open = await new Door(t, door).open()
    const peer = await open.peer(era)
    const before = peer.program.rss
    peer.write(message('fits', 4 * MiB))
    assert.ok((await peer.response('fits', 20_000)).result)
    peer.write(message('over', 4 * MiB + 1))
    let { messages } = await peer.settled()
    assert.deepEqual(messages.map(m => m.error?.code), [-32600])
    const piece = Buffer.alloc(MiB, 'x')
    const mark = peer.messages.length
    for (let i = 0; i < 200; ++i) {
      peer.write(piece)
      await peer.drained()
    }
    peer.write('\n')
    ;({ messages } = await peer.settled(mark))
    assert.deepEqual(messages.map(m => m.error?.code), [-32600])
    // The line and its buffer's growth, its value, the reply, and what waits to be sent.
    bounded(peer.program, before, 64)
    open.hold()
  })

  await t.test('S10 a line that never ends costs no more than one that does', { skip: !once }, async () => {
    const open = await new Door(t, door).open()
    const peer = await open.peer(era)
    const before = peer.program.rss
    const piece = Buffer.alloc(MiB, '[')
    for (let i = 0; i < 100; ++i) {
      peer.write(piece)
      await peer.drained()
    }
    await peer.heard(m => m.error?.code === -32600)
    bounded(peer.program, before, 32)
    peer.write('\n')
    await peer.ping()
    assert.equal(peer.messages.filter(m => m.error).length, 1)
  })

  await t.test('S30 the worst 4 MiB: each refused or served, in bounded memory and time', { skip: !once }, async () => {
    const open = await new Door(t, door).open()
    const peer = await open.peer(era)
    const before = peer.program.rss
    const fill = (text, size = 4 * MiB - 200) => text.repeat(Math.floor(size / text.length))
    const bombs = {
      'numbers': `[${fill('1,')}1]`, 'doubles': `[${fill('1e1,')}1]`, 'arrays': `[${fill('[],')}1]`, 'objects': `[${fill('{},')}1]`, 'strings': `[${fill('"",')}1]`,
      'members': `{${fill('"":1,')}"a":1}`, 'keys': `{${Array.from({ length: 190_000 }, (_, i) => `"${i}":0`).join()}}`, 'opened': fill('['), 'objects opened': fill('{"":'),
      'escapes': `"${fill('\\u0041')}"`, 'digits': fill('9'), 'a fraction': `0.${fill('9')}`, 'spaces': fill(' ') + '{}', 'backslashes': `"${fill('\\\\')}"`, 'quotes': fill('"'),
    }
    for (const [name, text] of Object.entries(bombs)) {
      const start = Date.now()
      peer.write(text + '\n')
      const { messages } = await peer.settled()
      assert.equal(messages.length, 1, name)
      assert.ok([-32600, -32700].includes(messages[0].error.code), name)
      assert.ok(Date.now() - start < 4000 * slower, `${name} took ${Date.now() - start} ms`)
    }
    bounded(peer.program, before, 128)
  })

  await t.test('S65 20,000 requests whose replies are not read: memory is bounded, then every reply comes, in order', async () => {
    const open = await new Door(t, door).open()
    const peer = await open.peer(era)
    const count = sanitized ? 8000 : 20_000
    const before = peer.program.rss
    peer.output.pause()
    let sent = 0
    const feed = async () => {
      for (; sent < count; ++sent) {
        peer.send(call(era, sent, 'echo', { text: 'r'.repeat(2000) }))
        if (sent % 50 === 0 && peer.input.writableNeedDrain) await new Promise(r => peer.input.once('drain', r))
      }
    }
    const feeding = feed()
    let seen = -1
    while (seen !== sent) { // until the program takes no more
      seen = sent
      await sleep(300 * slower)
    }
    assert.ok(sent < count, 'it took everything without being read')
    bounded(peer.program, before, 32)
    peer.output.resume()
    await feeding
    const replies = await peer.heard(m => typeof m.id === 'number', count, 40_000)
    assert.ok(replies.every((m, i) => m.id === i && m.result), 'out of order, or not a result')
    bounded(peer.program, before, 32)
  })

  await t.test('S65 a flood of notifications and nonsense is read and forgotten', { skip: !once }, async () => {
    const open = await new Door(t, door).open()
    const peer = await open.peer(era)
    const before = peer.program.rss
    const lines = Buffer.from('{"jsonrpc":"2.0","method":"notifications/x"}\n{"jsonrpc":"2.0","id":1,"result":{}}\n\n'.repeat(2000))
    for (let i = 0; i < 50; ++i) {
      peer.write(lines)
      await peer.drained()
    }
    assert.deepEqual((await peer.settled()).messages, [])
    bounded(peer.program, before, 24)
  })

  await t.test('S81 20,000 requests leave nothing behind', { skip: sanitized }, async () => {
    const open = await new Door(t, door).open()
    const peer = await open.peer(era)
    const round = async () => {
      for (let i = 0; i < 5000; ++i) {
        peer.send(call(era, i, 'echo', { text: 'hello' }))
        if (i % 50 === 49) await peer.response(i)
      }
      await peer.settled()
      peer.messages.length = peer.lines.length = 0
      return peer.program.rss
    }
    await round()
    const before = await round()
    await round()
    const grown = (await round()) - before
    assert.ok(grown < 2, `grew by ${grown} MiB in 10,000 requests`)
  })

  await t.test('S86 no memory left: an error or a clean end, never an abort', { skip: sanitized || !once }, async () => {
    const open = await new Door(t, door, { wrap: ['prlimit', `--as=${600 * MiB}`] }).open()
    const peer = await open.peer(era)
    for (let i = 0; i < 8; ++i) {
      peer.write(`{"jsonrpc":"2.0","id":${i},"method":"tools/call","params":{"name":"echo","arguments":{"text":[${'1,'.repeat(2 * MiB - 300)}1]}}}\n`)
      await peer.drained()
    }
    const { messages } = await peer.settled(0)
    assert.deepEqual(messages.map(m => m.error.code), Array(8).fill(-32600))
    open.hold()
  })

  await t.test('S86 no memory for one message: it is told so, and the next is served', { skip: sanitized || !once }, async () => {
    const open = await new Door(t, door, { wrap: ['prlimit', `--as=${48 * MiB}`] }).open()
    const peer = await open.peer(era)
    for (let i = 0; i < 4; ++i) {
      peer.write(`{"jsonrpc":"2.0","method":"m","params":{"a":[${'"twenty bytes of text","twenty bytes of text",'.repeat(90_000)}1]}}\n`)
      await peer.drained()
    }
    const { messages } = await peer.settled(0)
    assert.deepEqual(messages.map(m => m.error.code), Array(4).fill(-32603))
    assert.match(messages[0].error.message, /not enough memory/)
    open.hold()
  })
}
