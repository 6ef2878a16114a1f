// Streamable HTTP over time, against a small server of ours: who is slow, who leaves, who comes back, who only listens,
// and many at once.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sanitized, slower } from '../bounds.mjs'
import { bytes, calling, events, head, modernHeaders, openSession, Raw, serve, sleep } from './http_support.mjs'
import { modernMeta, within } from './support.mjs'

const legacy = (id, method, params) => JSON.stringify({ jsonrpc: '2.0', id, method, params })
const calls = (id, name, args, meta) => legacy(id, 'tools/call', { name, arguments: args, _meta: meta })

// ---- time ---------------------------------------------------------------------------------------------------------

test('a slow header, a slow body and an idle connection are cut, and nobody else notices', async t => {
  const server = await serve(t, { env: { HEADER_TIME: '200', BODY_TIME: '300', IDLE_TIME: '400' } })
  const slow = async (text, status) => {
    const raw = new Raw(t, server)
    const begun = Date.now()
    raw.send(text)
    const dribble = setInterval(() => raw.send('x'), 50)
    t.after(() => clearInterval(dribble))
    const said = await raw.end(3000)
    clearInterval(dribble)
    assert.match(said, new RegExp(`^HTTP/1.1 ${status} `))
    return Date.now() - begun
  }
  assert.ok(await slow('POST /mcp HTTP/1.1\r\nX: ', 408) >= 190)
  assert.ok(await slow(head(server, { 'Content-Length': 1000 }), 408) >= 290)
  const idle = new Raw(t, server)
  assert.equal(await idle.end(3000), '')
  const kept = new Raw(t, server)
  for (let i = 0; i < 5; ++i) {
    kept.send(calling(server, 'echo', { text: 'x' }))
    assert.equal((await kept.response()).status, 200)
    await sleep(100)
  }
})

test('a client that leaves has cancelled in the modern era, within 200 ms', async t => {
  const server = await serve(t)
  for (const say of [undefined, 'hello']) {
    for (const leave of ['destroy', 'end', 'resetAndDestroy']) {
      server.said = ''
      const raw = new Raw(t, server)
      raw.send(calling(server, 'watch', { ms: 60_000, say }, { meta: { progressToken: 1 } }))
      await server.says('began')
      if (say) await raw.until(r => r.text.includes('hello'))
      const left = Date.now()
      raw.socket[leave]()
      await server.says('cancelled')
      assert.ok(Date.now() - left < 200 * slower, `${leave}: ${Date.now() - left} ms`)
    }
  }
  // What it sends ahead is not leaving.
  server.said = ''
  const eager = new Raw(t, server)
  eager.send(calling(server, 'watch', { ms: 200 }) + calling(server, 'echo', { text: 'next' }, { id: 2 }))
  assert.match((await eager.response()).body, /watched/)
  assert.match((await eager.response()).body, /next/)
  assert.ok(!server.said.includes('cancelled'))
})

test('a client that leaves has not cancelled in the legacy era, and gets the result once when it comes back', async t => {
  const server = await serve(t)
  const session = await openSession(t, server)
  const first = new Raw(t, server)
  first.send(bytes(server, calls(7, 'watch', { ms: 300, say: 'hello' }, { progressToken: 1 }), session))
  await first.until(r => r.text.includes('hello'))
  const id = events(first.text.slice(first.text.indexOf('id: '))).at(-1).id ?? /id: (\d+-\d+)\ndata: \{/.exec(first.text)[1]
  first.socket.destroy()
  await server.says('finished')
  const again = async last => {
    const raw = new Raw(t, server)
    raw.send(head(server, { ...session, 'Last-Event-ID': last, 'Content-Type': undefined }, 'GET /mcp HTTP/1.1'))
    return raw.response()
  }
  const rest = await again(id)
  assert.equal(rest.headers['content-type'], 'text/event-stream')
  const messages = events(rest.body)
  assert.equal(messages.length, 1)
  assert.equal(messages[0].result.content[0].text, 'watched')
  assert.equal((await again(messages[0].id)).status, 400)
})

test('half-closed is not gone for a legacy request', async t => {
  const server = await serve(t)
  const session = await openSession(t, server)
  const raw = new Raw(t, server)
  raw.send(bytes(server, calls(1, 'watch', { ms: 100 }), session))
  raw.socket.end()
  const { body } = await raw.response()
  assert.match(body, /watched/)
  await raw.end()
})

test('silence becomes a stream, and the stream carries comments', async t => {
  const server = await serve(t, { env: { KEEP_ALIVE: '100' } })
  const raw = new Raw(t, server)
  raw.send(calling(server, 'watch', { ms: 500 }))
  const { headers, body } = await raw.response()
  assert.equal(headers['content-type'], 'text/event-stream')
  assert.equal(headers['x-accel-buffering'], 'no')
  assert.equal(headers['cache-control'], 'no-cache')
  assert.ok(body.split(': \n\n').length > 3)
  assert.equal(events(body)[0].result.content[0].text, 'watched')
})

// ---- many at once -------------------------------------------------------------------------------------------------

test('equal ids of two clients are not mixed, with and without sessions', async t => {
  const server = await serve(t)
  const sessions = [await openSession(t, server), await openSession(t, server)]
  const answers = []
  for (let i = 0; i < 40; ++i) {
    const text = `client ${i}`
    const raw = new Raw(t, server)
    if (i % 2)
      raw.send(bytes(server, calls(i >> 2, 'echo', { text, steps: i % 5 }), sessions[(i >> 1) % 2]))
    else raw.send(calling(server, 'echo', { text, steps: i % 5 }, { id: 1 }))
    answers.push(raw.response().then(({ body }) => {
      const reply = body.startsWith('{') ? JSON.parse(body) : events(body).at(-1)
      assert.equal(reply.result.content[0].text, text)
    }))
  }
  await Promise.all(answers)
})

test('64 streams that are open do not slow an echo', async t => {
  const server = await serve(t)
  const open = []
  for (let i = 0; i < 64; ++i)
    open.push(new Raw(t, server).send(calling(server, 'slow', {}, { meta: { progressToken: i } })))
  await Promise.all(open.map(raw => raw.until(r => r.text.includes('started'), 'the stream')))
  const raw = new Raw(t, server)
  const times = []
  for (let i = 0; i < 200; ++i) {
    const begun = performance.now()
    raw.send(calling(server, 'echo', { text: 'x' }))
    await raw.response()
    times.push(performance.now() - begun)
  }
  times.sort((a, b) => a - b)
  assert.ok(times[100] < 20, `median ${times[100]} ms`)
  assert.ok(open.every(r => !r.closed))
})

test('who asks much and reads nothing is served no further, and cut; the others are served', async t => {
  const server = await serve(t, { env: { STALLED_TIME: '500' } })
  const greedy = new Raw(t, server)
  greedy.socket.pause()
  for (let id = 0; id < 300; ++id) greedy.send(calling(server, 'large', { bytes: 500_000 }, { id }))
  await sleep(200)
  const raw = new Raw(t, server)
  raw.send(calling(server, 'echo', { text: 'still here' }))
  assert.match((await raw.response()).body, /still here/)
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1])
  // Sanitizers keep what was freed for a while.
  assert.ok(rss() < (sanitized ? 400_000 : 60_000), `${rss()} KiB`)
  await sleep(1000)
  greedy.socket.resume()
  await greedy.end()
  assert.ok(greedy.text.length < 20_000_000)
})

test('sessions end when they are deleted or nobody uses them', async t => {
  const server = await serve(t, { env: { SESSION_IDLE: '300' } })
  const session = await openSession(t, server)
  const raw = new Raw(t, server)
  const status = async text => (await raw.send(text).response()).status
  assert.equal(await status(bytes(server, legacy(1, 'ping'), session)), 200)
  assert.equal(await status(head(server, session, 'DELETE /mcp HTTP/1.1')), 204)
  assert.equal(await status(bytes(server, legacy(1, 'ping'), session)), 404)
  const other = await openSession(t, server)
  assert.equal(await status(bytes(server, legacy(1, 'ping'), other)), 200)
  await sleep(700)
  assert.equal(await status(bytes(server, legacy(1, 'ping'), other)), 404)
})

// ---- what changes -------------------------------------------------------------------------------------------------

test('a modern subscription is acknowledged first, hears what changes, and ends with a result', async t => {
  const server = await serve(t, { env: { KEEP_ALIVE: '100' } })
  const listening = new Raw(t, server)
  const filter = { notifications: { toolsListChanged: true } }
  listening.send(bytes(server, legacy('sub', 'subscriptions/listen', { ...filter, _meta: modernMeta() }), modernHeaders('subscriptions/listen')))
  await listening.until(r => r.text.includes('acknowledged'), 'the acknowledgement')
  await listening.until(r => r.text.includes(': \n\n'), 'a comment')
  const raw = new Raw(t, server)
  raw.send(calling(server, 'touch'))
  assert.equal((await raw.response()).status, 200)
  await listening.until(r => r.text.includes('tools/list_changed'), 'the change')
  server.child.kill('SIGTERM')
  const { headers, body } = await listening.response()
  assert.equal(headers['content-type'], 'text/event-stream')
  const [acknowledged, ...more] = events(body)
  assert.equal(acknowledged.method, 'notifications/subscriptions/acknowledged')
  assert.deepEqual(acknowledged.params.notifications, filter.notifications)
  assert.deepEqual(more.map(m => m.method ?? m.id), ['notifications/tools/list_changed', 'sub'])
  for (const message of [acknowledged, ...more])
    assert.equal((message.params ?? message.result)._meta['io.modelcontextprotocol/subscriptionId'], 'sub')
  assert.equal((await within(4000, server.exited, 'the end'))[0], 0)
})

test('a subscriber that reads only JSON is told so, and one that leaves is forgotten', async t => {
  const server = await serve(t)
  const ask = more => bytes(
    server, legacy(1, 'subscriptions/listen', { notifications: {}, _meta: modernMeta() }),
    { ...modernHeaders('subscriptions/listen'), ...more })
  const raw = new Raw(t, server)
  raw.send(ask({ Accept: 'application/json' }))
  assert.equal((await raw.response()).status, 406)
  for (let i = 0; i < 1100; ++i) {
    const listening = new Raw(t, server).send(ask())
    await listening.until(r => r.text.includes('acknowledged'), `subscription ${i}`)
    listening.socket.destroy()
  }
})

test('a legacy stream hears what changes, once', async t => {
  const server = await serve(t)
  const session = await openSession(t, server)
  const listening = new Raw(t, server)
  listening.send(head(server, { ...session, 'Content-Type': undefined }, 'GET /mcp HTTP/1.1'))
  await listening.until(r => r.text.includes('retry: '), 'the stream')
  const raw = new Raw(t, server)
  raw.send(calling(server, 'touch'))
  await raw.response()
  await listening.until(r => r.text.includes('tools/list_changed'), 'the change')
  raw.send(head(server, session, 'DELETE /mcp HTTP/1.1'))
  assert.equal((await raw.response()).status, 204)
  const { body } = await listening.response()
  assert.deepEqual(events(body).map(m => m.method), ['notifications/tools/list_changed'])
})

test('an argument that the tool mirrors is in its header, or the call is refused', async t => {
  const server = await serve(t)
  const raw = new Raw(t, server)
  const asked = async (args, more) => {
    raw.send(calling(server, 'routed', args, { more }))
    const { status, body } = await raw.response()
    return [status, JSON.parse(body).error?.code]
  }
  assert.deepEqual(await asked({ region: 'eu' }, { 'Mcp-Param-Region': 'eu' }), [200, undefined])
  assert.deepEqual(await asked({ region: 'eu' }, { 'mcp-param-region': '=?base64?ZXU=?=' }), [200, undefined])
  assert.deepEqual(await asked({}), [200, undefined])
  assert.deepEqual(await asked({ region: 'eu' }), [400, -32020])
  assert.deepEqual(await asked({ region: 'eu' }, { 'Mcp-Param-Region': 'us' }), [400, -32020])
})

test('SIGTERM lets requests finish, ends the streams that listen, and the process with 0', async t => {
  const server = await serve(t)
  const session = await openSession(t, server)
  const listening = new Raw(t, server)
  listening.send(head(server, { ...session, 'Content-Type': undefined }, 'GET /mcp HTTP/1.1'))
  await listening.until(r => r.text.includes('retry: '), 'the stream')
  const idle = new Raw(t, server)
  const busy = new Raw(t, server)
  busy.send(calling(server, 'watch', { ms: 400 }))
  await server.says('began')
  server.child.kill('SIGTERM')
  const { body, status } = await busy.response()
  assert.equal(status, 200)
  assert.match(body, /watched/)
  await Promise.all([busy.end(), idle.end(), listening.end()])
  assert.match(listening.text, /\r\n0\r\n\r\n$/)
  const [code] = await within(4000, server.exited, 'the end')
  assert.equal(code, 0)
})
