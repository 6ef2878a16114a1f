// What the tests over HTTP share: the probe as a process, and connections on which every byte is ours.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { modernMeta, modernVersion, probe, within } from './support.mjs'

// The probe on a free port; ends with the test.
export async function serve(t, { token, env = {} } = {}) {
  const args = token ? ['0', token] : ['0']
  const child = spawn(probe('http_server'), args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  t.after(() => child.kill('SIGKILL'))
  const server = { child, said: '', exited: once(child, 'exit') }
  child.stderr.setEncoding('utf8').on('data', text => {
    server.said += text
    server.heard?.()
  })
  const [url] = await within(10_000, once(createInterface({ input: child.stdout }), 'line'), 'the URL')
  server.url = url
  server.port = Number(new URL(url).port)
  // Until the tools have said so much on standard error.
  server.says = async text => {
    const deadline = Date.now() + 10_000
    while (!server.said.includes(text))
      await within(deadline - Date.now(), new Promise(resolve => (server.heard = resolve)), text)
  }
  return server
}

export const head = (server, more = {}, first = 'POST /mcp HTTP/1.1') => {
  const fields = {
    Host: `127.0.0.1:${server.port}`, 'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream', ...more,
  }
  const lines = Object.entries(fields).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${first}\r\n${lines.join('')}\r\n`
}

export const bytes = (server, body, more) =>
  head(server, { 'Content-Length': Buffer.byteLength(body), ...more }) + body

export const modernHeaders = (method, name) => ({
  'MCP-Protocol-Version': modernVersion, 'Mcp-Method': method, ...(name && { 'Mcp-Name': name }),
})

// A modern tools/call, as bytes.
export const calling = (server, name, args = {}, { id = 1, meta = {}, more = {} } = {}) =>
  bytes(server, JSON.stringify({
    jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, _meta: modernMeta(meta) },
  }), { ...modernHeaders('tools/call', name), ...more })

// A connection, and the responses that come on it.
export class Raw {
  text = ''
  closed = false
  #changed = []

  constructor(t, server) {
    this.socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    this.socket.setNoDelay(true)
    t.after(() => this.socket.destroy())
    this.socket.setEncoding('latin1')
    this.socket.on('data', data => { this.text += data; this.#wake() })
    this.socket.on('end', () => { this.closed = true; this.#wake() })
    this.socket.on('close', () => { this.closed = true; this.#wake() })
    this.socket.on('error', () => {})
  }

  send(data) {
    this.socket.write(data)
    return this
  }

  async until(test, what = 'a response', ms = 10_000) {
    const deadline = Date.now() + ms
    while (!test(this)) {
      assert.ok(!this.closed, `closed while waiting for ${what}: ${this.text.slice(0, 200)}`)
      await within(deadline - Date.now(), new Promise(resolve => this.#changed.push(resolve)), what)
    }
    return this
  }

  async end(ms = 10_000) {
    const deadline = Date.now() + ms
    while (!this.closed) await within(deadline - Date.now(), new Promise(resolve => this.#changed.push(resolve)), 'the end')
    return this.text
  }

  // Takes the next whole response.
  async response(ms) {
    let found
    await this.until(() => (found = take(this.text)), 'a response', ms)
    this.text = this.text.slice(found.used)
    return found
  }

  #wake() {
    for (const changed of this.#changed.splice(0)) changed()
  }
}

function take(text) {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [line, ...fields] = text.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(fields.map(f => [f.slice(0, f.indexOf(':')).toLowerCase(), f.slice(f.indexOf(':') + 2)]))
  const status = Number(line.split(' ')[1])
  let at = end + 4
  if (headers['transfer-encoding'] !== 'chunked') {
    const length = Number(headers['content-length'] ?? 0)
    if (text.length < at + length) return undefined
    return { status, headers, body: text.slice(at, at + length), used: at + length }
  }
  let body = ''
  for (;;) {
    const eol = text.indexOf('\r\n', at)
    if (eol < 0) return undefined
    const size = parseInt(text.slice(at, eol), 16)
    if (text.length < eol + 2 + size + 2) return undefined
    body += text.slice(eol + 2, eol + 2 + size)
    at = eol + 2 + size + 2
    if (size === 0) return { status, headers, body, used: at }
  }
}

// The messages of an event stream, with their ids.
export const events = body => body.split('\n\n').filter(block => block.includes('data: {')).map(block => ({
  id: /^id: (.*)$/m.exec(block)?.[1], ...JSON.parse(/^data: (.*)$/m.exec(block)[1]),
}))

// Opens a legacy session, and returns the headers that belong to it.
export async function openSession(t, server, version = '2025-11-25', more = {}) {
  const raw = new Raw(t, server)
  raw.send(bytes(server, JSON.stringify({
    jsonrpc: '2.0', id: 0, method: 'initialize',
    params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'tests', version: '1' } },
  }), more))
  const { headers, status } = await raw.response()
  assert.equal(status, 200)
  return { 'Mcp-Session-Id': headers['mcp-session-id'], ...(version >= '2025-06-18' && { 'MCP-Protocol-Version': version }), ...more }
}

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
