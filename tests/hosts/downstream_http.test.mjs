// The downstream client against the official TypeScript servers over Streamable HTTP: SDK 2 in the modern era, SDK 1
// with sessions, streams and resumption in the legacy one.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { McpServer as LegacyServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { probe, within } from './support.mjs'

// Serves on a free port; keeps what it was asked.
async function listen(t, handle) {
  const requests = []
  const server = http.createServer((req, res) => {
    const seen = { method: req.method, headers: req.headers, closed: once(res, 'close') }
    requests.push(seen)
    handle(req, res)
  })
  const sockets = new Set()
  server.on('connection', socket => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => { server.closeAllConnections(); server.close() })
  return { url: `http://127.0.0.1:${server.address().port}/mcp`, requests, sockets }
}

// The probe, connected: `call` gives the line that answers one request.
async function connect(t, url, ...more) {
  const child = spawn(probe('downstream'), [url, ...more], { stdio: 'pipe' })
  t.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
  const waiting = new Map()
  const questions = []
  let opened
  const peer = new Promise(resolve => (opened = resolve))
  createInterface({ input: child.stdout }).on('line', text => {
    const line = JSON.parse(text)
    if (line.peer) opened(line.peer)
    else if (line.question) questions.push(line.question)
    else waiting.get(line.id)(line)
  })
  const exited = once(child, 'exit')
  const failed = exited.then(() => { throw new Error(stderr) })
  failed.catch(() => {})
  let id = 0
  return {
    peer: await within(10_000, Promise.race([peer, failed]), 'the handshake'),
    questions,
    stderr: () => stderr,
    call: (method, params = {}, limit = 5000) => new Promise(resolve => {
      waiting.set(++id, resolve)
      child.stdin.write(`${JSON.stringify({ id, method, params, limit })}\n`)
    }),
    end: async () => {
      child.stdin.end()
      assert.deepEqual(await within(10_000, exited, 'the end'), [0, null], stderr)
    },
  }
}

const tool = (name, args = {}) => ['tools/call', { name, arguments: args }]
const text = ({ result, error }) => error ?? result.content[0].text
const says = words => ({ content: [{ type: 'text', text: words }] })
const who = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }

test('the official server of the modern era is discovered, called and answered', async t => {
  const build = () => {
    const server = new McpServer({ name: 'ts-v2', version: '2.4.0' }, { capabilities: { tools: {} } })
    server.registerTool('echo', { inputSchema: z.object({ message: z.string() }) }, async a => says(a.message))
    server.registerTool('slow', {}, async () => { await sleep(60_000, undefined, { ref: false }); return says('late') })
    server.registerTool('greet', {}, async ctx => {
      const answer = acceptedContent(ctx.mcpReq.inputResponses, 'who', z.object({ name: z.string() }))
      if (answer) return says(`Hello, ${answer.name}`)
      return inputRequired({ inputRequests: { who: inputRequired.elicit({ message: 'Who?', requestedSchema: who }) } })
    })
    return server
  }
  const { url, requests, sockets } = await listen(t, toNodeHandler(createMcpHandler(build)))
  const client = await connect(t, url)
  assert.deepEqual(client.peer, { name: 'ts-v2 2.4.0', era: 'modern' })

  const listed = await client.call('tools/list')
  assert.deepEqual(listed.result.tools.map(tool => tool.name), ['echo', 'slow', 'greet'])
  const many = await Promise.all(Array.from({ length: 20 }, (_, i) => client.call(...tool('echo', { message: `${i} 世界` }))))
  assert.deepEqual(many.map(text), Array.from({ length: 20 }, (_, i) => `${i} 世界`))
  assert.equal(text(await client.call(...tool('greet'))), 'Hello, Ada')
  assert.equal(client.questions[0].message, 'Who?')
  assert.match((await client.call(...tool('no such tool'))).error, /no such tool/)

  const open = sockets.size
  for (let i = 0; i < 5; ++i) await client.call(...tool('echo', { message: 'again' }))
  assert.equal(sockets.size, open, 'connections are used again')

  const before = requests.length
  const late = await client.call('tools/call', { name: 'slow', arguments: {} }, 200)
  assert.match(late.error, /timed out/i)
  await within(2000, requests[before].closed, 'the closed stream')
  assert.ok(requests.every(r => r.method === 'POST' && r.headers['mcp-protocol-version'] === '2026-07-28'))
  await client.end()
})

test('a dual-era server is spoken to in the legacy era when that is asked for', async t => {
  const build = () => {
    const server = new McpServer({ name: 'ts-v2', version: '2.4.0' }, { capabilities: { tools: {} } })
    server.registerTool('echo', { inputSchema: z.object({ message: z.string() }) }, async a => says(a.message))
    return server
  }
  const { url } = await listen(t, toNodeHandler(createMcpHandler(build)))
  const client = await connect(t, url, 'legacy')
  assert.equal(client.peer.era, 'legacy')
  assert.equal(text(await client.call(...tool('echo', { message: 'old ways' }))), 'old ways')
  await client.end()
})

// Keeps the events of every stream, for those who come back.
class Events {
  #all = []
  async storeEvent(stream, message) { return `${stream}#${this.#all.push({ stream, message })}` }
  async getStreamIdForEventId(id) { return id.split('#')[0] }
  async replayEventsAfter(last, { send }) {
    const [stream, index] = last.split('#')
    for (let i = Number(index); i < this.#all.length; ++i)
      if (this.#all[i].stream === stream && this.#all[i].message.jsonrpc) await send(`${stream}#${i + 1}`, this.#all[i].message)
    return stream
  }
}

async function legacySessions(t) {
  const sessions = new Map()
  const cancelled = []
  const build = () => {
    const server = new LegacyServer({ name: 'ts-v1', version: '1.32.2' }, { capabilities: { tools: {} } })
    server.registerTool('echo', { inputSchema: { message: z.string() } }, async a => says(a.message))
    server.registerTool('greet', {}, async () => {
      const answer = await server.server.elicitInput({ message: 'Who?', requestedSchema: who })
      return says(`Hello, ${answer.content.name}`)
    })
    // Closes the stream of its answer, which is then to be had on another.
    server.registerTool('leave', {}, async extra => {
      extra.closeSSEStream()
      await sleep(300)
      return says('back again')
    })
    server.registerTool('slow', {}, async extra => {
      await once(extra.signal, 'abort')
      cancelled.push(extra.requestId)
      return says('late')
    })
    return server
  }
  const served = await listen(t, async (req, res) => {
    const id = req.headers['mcp-session-id']
    let transport = sessions.get(id)
    if (!transport && id) return res.writeHead(404).end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"}}')
    if (!transport) {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        eventStore: new Events(),
        retryInterval: 100,
        onsessioninitialized: session => void sessions.set(session, transport),
        onsessionclosed: session => void sessions.delete(session),
      })
      await build().connect(transport)
    }
    await transport.handleRequest(req, res)
  })
  return { ...served, sessions, cancelled }
}

test('the official server of the legacy era keeps a session: streams, questions, resumption, the end', async t => {
  const { url, requests, sessions, cancelled } = await legacySessions(t)
  const client = await connect(t, url)
  assert.deepEqual(client.peer, { name: 'ts-v1 1.32.2', era: 'legacy' })
  assert.equal(sessions.size, 1)

  const many = await Promise.all(Array.from({ length: 20 }, (_, i) => client.call(...tool('echo', { message: `${i}` }))))
  assert.deepEqual(many.map(text), Array.from({ length: 20 }, (_, i) => `${i}`))
  assert.equal(text(await client.call(...tool('greet'))), 'Hello, Ada')
  assert.equal(client.questions.length, 1)

  assert.equal(text(await client.call(...tool('leave'))), 'back again')
  assert.ok(requests.some(r => r.method === 'GET' && r.headers['last-event-id']), 'it came back for the answer')

  assert.match((await client.call('tools/call', { name: 'slow', arguments: {} }, 200)).error, /timed out/i)
  for (let i = 0; i < 100 && !cancelled.length; ++i) await sleep(20)
  assert.equal(cancelled.length, 1, 'the server was told')

  const session = [...sessions.keys()][0]
  const later = requests.filter(r => r.headers['mcp-session-id'])
  assert.ok(later.length > 20 && later.every(r => r.headers['mcp-session-id'] === session))
  assert.ok(later.every(r => r.headers['mcp-protocol-version'] === '2025-11-25'))
  await client.end()
  assert.equal(requests.at(-1).method, 'DELETE')
  assert.equal(sessions.size, 0)
})
