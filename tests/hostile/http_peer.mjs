// HTTP as bytes: what a socket sends is what a case says, and what comes back is taken apart by hand, so that nothing
// is repaired on the way.

import assert from 'node:assert/strict'
import net from 'node:net'
import { modernMeta, token, within } from './doors.mjs'

// One connection. Replies are read in order; bodies by length, by chunks, or as a stream of events.
export class Wire {
  #buffer = Buffer.alloc(0)
  #changed = []

  constructor(port, host = '127.0.0.1') {
    this.port = port
    this.socket = net.connect({ port, host, allowHalfOpen: true })
    this.socket.setNoDelay()
    this.socket.on('data', data => { this.#buffer = Buffer.concat([this.#buffer, data]); this.#wake() })
    this.socket.on('error', e => { this.error = e.code; this.over = true; this.#wake() })
    this.closed = new Promise(resolve => {
      const end = () => { this.over = true; this.#wake(); resolve() }
      this.socket.on('end', end).on('close', end)
    })
    this.opened = new Promise((resolve, reject) => this.socket.once('connect', resolve).once('error', reject))
  }

  write(bytes) { return this.socket.write(bytes) }
  end() { this.socket.end() }
  destroy() { this.socket.destroy() }
  #wake() { for (const changed of this.#changed.splice(0)) changed() }

  async #until(test, ms) {
    const start = Date.now()
    for (;;) {
      const found = test()
      if (found !== undefined) return found
      assert.ok(!this.over, `the connection ended (${this.error ?? 'closed'}) after ${JSON.stringify(this.#buffer.toString().slice(0, 200))}`)
      await within(Math.max(1, ms - (Date.now() - start)), new Promise(r => this.#changed.push(r)), 'a response')
    }
  }
  #take(n) {
    const taken = this.#buffer.subarray(0, n)
    this.#buffer = this.#buffer.subarray(n)
    return taken
  }

  // {status, headers, text}. Of a stream of events: what has come until it ended.
  async response({ ms = 10_000, head = false } = {}) {
    const end = await this.#until(() => { const at = this.#buffer.indexOf('\r\n\r\n'); return at < 0 ? undefined : at }, ms)
    const lines = this.#take(end + 4).toString('latin1').trimEnd().split('\r\n')
    const [, status] = /^HTTP\/1\.1 (\d{3}) [ -~]*$/.exec(lines[0]) ?? assert.fail(lines[0])
    const headers = {}
    for (const line of lines.slice(1)) {
      const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([ -~]*)$/.exec(line) ?? assert.fail(`a header: ${JSON.stringify(line)}`)
      assert.ok(!(name.toLowerCase() in headers), `${name} twice`)
      headers[name.toLowerCase()] = value
    }
    const reply = { status: Number(status), headers, text: '' }
    if (reply.status === 100) return this.response({ ms, head })
    if (head || reply.status === 204 || reply.status === 304) return reply
    if (headers['transfer-encoding']) {
      assert.equal(headers['transfer-encoding'], 'chunked')
      assert.ok(!('content-length' in headers))
      for (;;) {
        const eol = await this.#until(() => { const at = this.#buffer.indexOf('\r\n'); return at < 0 ? undefined : at }, ms)
        const size = parseInt(this.#take(eol + 2).toString(), 16)
        await this.#until(() => (this.#buffer.length >= size + 2 ? true : undefined), ms)
        reply.text += this.#take(size).toString()
        assert.equal(this.#take(2).toString(), '\r\n')
        if (size === 0) return reply
      }
    }
    if ('content-length' in headers) {
      const size = Number(headers['content-length'])
      await this.#until(() => (this.#buffer.length >= size ? true : undefined), ms)
      reply.text = this.#take(size).toString()
      return reply
    }
    await within(ms, this.closed, 'the end of a response')
    reply.text = this.#take(this.#buffer.length).toString()
    return reply
  }

  get unread() { return this.#buffer.length }
}

const named = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' }

// A POST as text. `headers`: more, or others; null leaves one out.
export function post(port, message, headers = {}) {
  const body = Buffer.isBuffer(message) ? message : Buffer.from(typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message }))
  const all = {
    Host: `127.0.0.1:${port}`, Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream',
    'Content-Length': body.length,
  }
  if (message.params?._meta?.['io.modelcontextprotocol/protocolVersion']) {
    all['MCP-Protocol-Version'] = message.params._meta['io.modelcontextprotocol/protocolVersion']
    all['Mcp-Method'] = message.method
    if (named[message.method]) all['Mcp-Name'] = message.params[named[message.method]]
  }
  Object.assign(all, headers)
  const head = Object.entries(all).filter(([, v]) => v !== null).flatMap(([k, v]) => [v].flat().map(one => `${k}: ${one}\r\n`)).join('')
  return Buffer.concat([Buffer.from(`POST /mcp HTTP/1.1\r\n${head}\r\n`, 'latin1'), body])
}

export const modern = (id, method, params = {}) => ({ id, method, params: { ...params, _meta: { ...modernMeta, ...params._meta } } })
export const echo = (id, text) => modern(id, 'tools/call', { name: 'echo', arguments: { text } })
export const slow = (id, ms, meta = {}) => modern(id, 'tools/call', { name: 'slow', arguments: { ms }, _meta: meta })

// The messages of a reply, whether it is JSON or a stream of events.
export function messages(reply) {
  if (!reply.text) return []
  if (!reply.headers['content-type'].startsWith('text/event-stream')) return [JSON.parse(reply.text)]
  return reply.text.split('\n\n').map(event => event.split('\n').filter(l => l.startsWith('data:')).map(l => l.slice(5).trimStart()).join('\n'))
    .filter(Boolean).map(data => JSON.parse(data))
}

export async function exchange(port, bytes, options) {
  const wire = new Wire(port)
  try {
    wire.write(bytes)
    return await wire.response(options)
  } finally {
    wire.destroy()
  }
}

// A legacy session: the headers of what is said in it.
export async function session(port, version = '2025-11-25') {
  const reply = await exchange(port, post(port, {
    id: 0, method: 'initialize', params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'hostile', version: '1' } },
  }))
  assert.equal(reply.status, 200, reply.text)
  const id = reply.headers['mcp-session-id']
  assert.match(id, /^[0-9a-f]{32,}$/)
  return { 'Mcp-Session-Id': id, 'MCP-Protocol-Version': version }
}
