// Requests that overlap, repeat, are cancelled, come in batches: answered exactly once, or not at all once cancelled.

import assert from 'node:assert/strict'
import { call, Door, modernMeta, sleep } from './doors.mjs'

export async function requestCases(t, door, era) {
  const open = await new Door(t, door).open()
  const of = id => m => m.id === id && !m.method
  const slow = (id, ms, meta) => call(era, id, 'slow', { ms }, meta)
  const echo = (id, text) => call(era, id, 'echo', { text })
  const cancel = id => ({ method: 'notifications/cancelled', params: { requestId: id } })

  await t.test('S60 a second request with an id in flight is refused, the first unharmed', async () => {
    const peer = await open.peer(era)
    peer.send(slow('a', 300))
    peer.send(echo('a', 'thief'))
    const [refused, done] = await peer.heard(of('a'), 2)
    assert.equal(refused.error.code, -32600)
    assert.equal(done.result.content[0].text, 'slept 300 ms')
  })

  await t.test('S61 ids are told apart by type: 1 and "1" are two requests', async () => {
    const peer = await open.peer(era)
    peer.send(slow(1, 100))
    peer.send(slow('1', 50))
    assert.equal((await peer.response(1)).result.content[0].text, 'slept 100 ms')
    assert.equal((await peer.response('1')).result.content[0].text, 'slept 50 ms')
  })

  await t.test('S97 an id may be used again once it is answered', async () => {
    const peer = await open.peer(era)
    for (let i = 0; i < 200; ++i) {
      peer.send(echo(1, `n${i}`))
      const replies = await peer.heard(of(1), i + 1)
      assert.equal(replies[i].result.content[0].text, `n${i}`)
    }
  })

  await t.test('S62 what is cancelled is not answered, and its id is free again', async () => {
    const peer = await open.peer(era)
    peer.send(slow('a', 60_000, { progressToken: 'p' }))
    await peer.heard(m => m.method === 'notifications/progress')
    peer.send(cancel('a'))
    await peer.settled()
    const heard = peer.messages.length
    await sleep(300)
    assert.equal(peer.messages.length, heard, 'something was said after the cancellation')
    peer.send(echo('a', 'again'))
    assert.equal((await peer.heard(of('a'))).length, 1)
    assert.equal(peer.messages.find(of('a')).result.content[0].text, 'again')
  })

  await t.test('S63 cancelled twice, too early, too late, by the wrong id', async () => {
    const peer = await open.peer(era)
    peer.send(cancel('a'))
    peer.send(slow('a', 60_000))
    peer.send(cancel('a'))
    peer.send(cancel('a'))
    peer.send(slow('b', 50))
    peer.send(cancel('c'))
    assert.ok((await peer.response('b')).result)
    peer.send(cancel('b'))
    assert.deepEqual(await peer.settled(), { messages: [], lines: [] })
    assert.equal(peer.messages.filter(of('a')).length, 0)
  })

  await t.test('S64 1,000 requests, each cancelled at once', async () => {
    const peer = await open.peer(era)
    for (let i = 0; i < 1000; ++i) {
      peer.send(slow(i, 60_000))
      peer.send(cancel(i))
    }
    await peer.settled()
    // Each is either cancelled, and then silent, or was refused as busy before its cancellation came.
    for (const m of peer.messages.filter(m => typeof m.id === 'number')) assert.match(m.error.message, /^busy/)
    peer.send(slow('after', 1))
    assert.ok((await peer.response('after')).result)
  })

  await t.test('S66 more requests at once than are served: the rest is told it is busy, at once', async () => {
    const peer = await open.peer(era)
    for (let i = 0; i < 300; ++i) peer.send(slow(i, 600_000))
    const busy = await peer.heard(m => m.error, 300 - 64)
    assert.ok(busy.every(m => m.error.code === -32603 && /^busy/.test(m.error.message)))
    assert.equal(new Set(busy.map(m => m.id)).size, 300 - 64)
    for (let i = 0; i < 300; ++i) peer.send(cancel(i))
    peer.send(slow('after', 1))
    assert.ok((await peer.response('after')).result)
    assert.equal(peer.messages.filter(m => typeof m.id === 'number').length, 300 - 64)
  })

  await t.test('S67 progress grows, comes before the answer and never after', async () => {
    const peer = await open.peer(era)
    peer.send(slow('a', 1000, { progressToken: 7 }))
    await peer.response('a')
    await sleep(400)
    const said = peer.messages.filter(m => m.method === 'notifications/progress' || m.id === 'a')
    assert.equal(said.at(-1).id, 'a')
    const steps = said.slice(0, -1).map(m => m.params.progress)
    assert.ok(steps.length >= 3 && steps.every((s, i) => i === 0 || s > steps[i - 1]), String(steps))
    assert.ok(said.slice(0, -1).every(m => m.params.progressToken === 7))
  })

  await t.test('S68 fast requests do not wait for slow ones', async () => {
    const peer = await open.peer(era)
    for (let i = 0; i < 60; ++i) peer.send(slow(i, 600_000))
    peer.send(echo('fast', 'x'))
    assert.ok((await peer.response('fast', 3000)).result)
    for (let i = 0; i < 60; ++i) peer.send(cancel(i))
    await peer.ping()
  })

  if (era === 'modern')
    await t.test('S54 subscriptions are requests in progress: as many as those, and they leave nothing behind', async () => {
      const peer = await open.peer(era)
      const listen = id => ({ id, method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true }, _meta: modernMeta } })
      for (let round = 0; round < 3; ++round) {
        for (let i = 0; i < 100; ++i) peer.send(listen(`${round}.${i}`))
        const refused = await peer.heard(m => m.error && m.id.startsWith(`${round}.`), 100 - 64)
        assert.ok(refused.every(m => m.error.code === -32603 && /^busy/.test(m.error.message)))
        for (let i = 0; i < 100; ++i) peer.send(cancel(`${round}.${i}`))
        await peer.settled()
      }
      const acknowledged = peer.messages.filter(m => m.method === 'notifications/subscriptions/acknowledged')
      assert.equal(acknowledged.length, 3 * 64)
    })

  if (era === 'legacy') {
    await t.test('S15 batches are served in a session of 2025-03-26, and in no other', async () => {
      const peer = await open.peer('2025-03-26')
      const batch = texts => peer.write(`[${texts.join()}]\n`)
      const ping = id => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`
      batch([ping(1), '17', '{"jsonrpc":"2.0","method":"notifications/x"}', ping(2), ping(1)])
      const [replies] = await peer.heard(Array.isArray)
      assert.deepEqual(replies.map(r => r.error?.code ?? r.id).sort(), [-32600, 1, 1, 2]) // an id may be used again once it was answered
      batch(['{"jsonrpc":"2.0","method":"notifications/x"}'])
      batch([JSON.stringify({ jsonrpc: '2.0', ...slow(3, 100) }), JSON.stringify({ jsonrpc: '2.0', ...cancel(3) }), ping(4)])
      const [, second] = await peer.heard(Array.isArray, 2)
      assert.deepEqual(second.map(r => r.id), [4])
      batch([])
      assert.equal((await peer.settled()).messages[0].error.code, -32600)
    })

    await t.test('S43 before initialize there is ping, and an error that names both ways in', async () => {
      const peer = await open.peer('none')
      peer.harmless = { method: 'ping' }
      peer.send({ id: 1, method: 'tools/list' })
      const refused = await peer.response(1)
      assert.equal(refused.error.code, -32602)
      assert.match(refused.error.message, /initialize/)
      await peer.ping()
    })
  }
  open.hold()
}
