// Runs the list of bytes.mjs through a door: case by case on one connection, all of it in one write, and byte by byte.

import assert from 'node:assert/strict'
import { byteCases } from './bytes.mjs'
import { Door, sanitized } from './doors.mjs'

function hold(reply, line, want, what) {
  const context = `${what}: ${line?.slice(0, 300)}`
  assert.ok(reply, `${what}: no reply`)
  if (want.code) assert.equal(reply.error?.code, want.code, context)
  else assert.ok(reply.result, context)
  if (want.idText) assert.ok(JSON.parse(want.idText) == reply.id && (/[."\\]/.test(want.idText) || line.includes(`"id":${Number(want.idText) === 0 ? 0 : want.idText},`)), context)
  else if (want.code && want.id === undefined) assert.ok(!('id' in reply), context)
  else assert.equal(reply.id, want.id, context)
  if (want.isError) assert.equal(reply.result.isError, true, context)
  if (want.text !== undefined) assert.equal(reply.result.content[0].text, want.text, context)
}

export async function smallCases(t, door, era) {
  const cases = byteCases(era)
  const open = await new Door(t, door).open()

  await t.test(`${cases.length} cases, one after another`, async () => {
    const peer = await open.peer(era)
    const before = peer.program.rss
    const failed = []
    for (const { id, name, send, want } of cases) {
      const what = `${id} ${name}`
      peer.write(send)
      try {
        const { messages, lines } = await peer.settled()
        assert.equal(messages.length, want.length, `${what}: ${lines.join(' | ').slice(0, 500)}`)
        want.forEach((w, i) => hold(messages[i], lines[i], w, what))
      } catch (failure) {
        failed.push(`${what}: ${failure.message}`)
        if (peer.over || failed.length > 20) break
      }
    }
    assert.deepEqual(failed, [])
    if (!sanitized) assert.ok(peer.program.rss - before < 48, `grew by ${peer.program.rss - before} MiB`)
  })

  await t.test('all cases in one write: each answered once, nothing lost', async () => {
    const peer = await open.peer(era)
    const all = together(cases)
    peer.write(all.bytes)
    all.hold(await peer.settled())
  })

  await t.test('S03 every byte in a write of its own', async () => {
    const peer = await open.peer(era)
    peer.input.setNoDelay?.(true)
    const some = together(cases.filter((c, i) => c.send.length < 400 && c.id !== 'S43' && i % 7 === 0))
    for (const byte of some.bytes) await new Promise(r => peer.input.write(Buffer.from([byte]), r))
    some.hold(await peer.settled(0))
  })

  await t.test('S91 10,000 mutations: it lives, and says nothing but JSON-RPC', async () => {
    const peer = await open.peer(era)
    const random = mulberry32(0x5eed)
    const seeds = cases.filter(c => c.send.length < 1000).map(c => c.send)
    const rounds = sanitized ? 2_000 : 10_000
    for (let i = 0; i < rounds; ++i) {
      const bytes = Buffer.from(seeds[random(seeds.length)])
      for (let n = 1 + random(4); n > 0; --n) mutate(bytes, random)
      peer.write(bytes)
      if (bytes.at(-1) !== 10) peer.write('\n')
      if (i % 500 === 499) {
        await peer.drained()
        await peer.ping()
        peer.messages.length = peer.lines.length = 0
      }
    }
    await peer.ping()
  })

  open.hold()
}

// Many cases as one stretch of bytes: each with ids of its own, since they are in flight together. Replies without an
// id keep their order; the others may come as they finish.
function together(cases) {
  const parts = []
  const anonymous = []
  const named = new Map()
  cases.filter(c => c.name !== 'id -0').forEach(({ id, name, send, want }, k) => {
    const own = n => (n === 1 || n === 7 ? 1000 + k : n)
    parts.push(Buffer.from(send.toString('latin1').replace(/"id":([17])(?=[,}])/g, `"id":${1000 + k}`), 'latin1'))
    for (const w of want) {
      const expected = { what: `${id} ${name}`, want: w.idText ? w : { ...w, id: own(w.id) } }
      if (w.idText) named.set(JSON.parse(w.idText), expected)
      else if (w.id === undefined) anonymous.push(expected)
      else named.set(own(w.id), expected)
    }
  })
  return {
    bytes: Buffer.concat(parts),
    hold({ messages, lines }) {
      messages.forEach((m, i) => {
        const expected = 'id' in m ? named.get(m.id) : anonymous.shift()
        assert.ok(expected, `not asked for: ${lines[i].slice(0, 300)}`)
        hold(m, lines[i], expected.want, expected.what)
        named.delete(m.id)
      })
      assert.deepEqual([...anonymous, ...named.values()].map(e => e.what), [])
    },
  }
}

function mutate(bytes, random) {
  const at = random(bytes.length)
  const kind = random(5)
  if (kind === 0) bytes[at] ^= 1 << random(8)
  else if (kind === 1) bytes[at] = random(256)
  else if (kind === 2) bytes[at] = '{}[]",:\\0-9e.\n\r'.charCodeAt(random(15))
  else if (kind === 3) bytes.copyWithin(at, random(bytes.length))
  else bytes.fill(bytes[at], at, Math.min(bytes.length, at + random(20)))
}

export function mulberry32(seed) {
  return n => {
    seed = (seed + 0x6d2b79f5) | 0
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) % n
  }
}
