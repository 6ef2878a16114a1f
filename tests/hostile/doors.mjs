// The real program behind each of its doors, and a peer that says raw bytes and holds every line that comes back to
// what JSON-RPC allows. Nothing here is gentle; nothing outlives its test.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sanitized, slower } from '../bounds.mjs'

export const binary = process.env.NBE_BINARY
export { sanitized, slower }
export const token = 'canary-token-5f0c1a7e9b3d'
export const tokenKey = 'nextjs-backend-engineer/token'
export const canaries = ['canary-key-0123456789', 'canary-docs-0123456789', token]
export const modernMeta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} }

export const sleep = ms => new Promise(r => setTimeout(r, ms))

export async function within(ms, promise, what) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms * slower} ms`)), ms * slower)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// Until `test` holds: for what shows only from outside, in /proc.
export async function becomes(ms, test, what) {
  const deadline = Date.now() + ms * slower
  for (;;) {
    const value = test()
    if (value === true) return
    if (Date.now() > deadline) assert.fail(`${what}: ${value} after ${ms * slower} ms`)
    await sleep(20)
  }
}

export class Program {
  stderr = ''

  // `wrap`: words before the program's own, such as prlimit's.
  constructor(t, args = [], { wrap = [], stdio = ['pipe', 'pipe', 'pipe'], env = {} } = {}) {
    const dir = mkdtempSync(join(tmpdir(), 'nbe-hostile-'))
    this.dir = dir
    const words = [...wrap, binary, '--no-context7', '--test-tools', '--log-level', 'debug', ...args]
    this.child = spawn(words[0], words.slice(1), {
      stdio,
      cwd: dir,
      env: {
        PATH: process.env.PATH, HOME: dir, ANTHROPIC_API_KEY: canaries[0], CONTEXT7_API_KEY: canaries[1],
        NEXTJS_BACKEND_ENGINEER_TOKEN: token, ASAN_OPTIONS: process.env.ASAN_OPTIONS ?? '',
        UBSAN_OPTIONS: process.env.UBSAN_OPTIONS ?? '', ...env,
      },
    })
    this.exited = once(this.child, 'exit')
    t.after(() => {
      this.child.kill('SIGKILL')
      rmSync(dir, { recursive: true, force: true })
    })
    this.child.stdin?.on('error', () => {})
    this.child.stderr?.setEncoding('utf8').on('data', text => (this.stderr += text))
  }

  get pid() { return this.child.pid }

  // Where, as the log says: one address for each --listen, or `count`.
  async listening(count = this.child.spawnargs.filter(word => word === '--listen').length) {
    const found = () => [...this.stderr.matchAll(/listening on (\S+)\n/g)].map(m => m[1])
    await becomes(10_000, () => found().length === count || `stderr: ${this.stderr}`, 'listening')
    return found()
  }

  #status(name) {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))
    return Number(found[1]) / 1024
  }
  get rss() { return this.#status('VmRSS') } // MiB
  get peak() { return this.#status('VmHWM') }
  get descriptors() { return readdirSync(`/proc/${this.pid}/fd`).length }
  get sockets() {
    return readdirSync(`/proc/${this.pid}/fd`).filter(fd => {
      try { return readlinkSync(`/proc/${this.pid}/fd/${fd}`).startsWith('socket:') } catch { return false }
    }).length
  }
  get cpu() { // seconds
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ').pop().split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  }

  async ends(ms = 8000) {
    const [code, signal] = await within(ms, this.exited, 'the end of the program')
    return signal ?? code
  }

  // What it must never have said or shown, whatever was done to it.
  holdTongue(heard = '') {
    let shown = ''
    try { shown = readFileSync(`/proc/${this.pid}/cmdline`, 'utf8') } catch { /* it has ended */ }
    for (const canary of canaries)
      for (const [where, text] of Object.entries({ stderr: this.stderr, 'its replies': heard, 'its command line': shown }))
        assert.ok(!text.includes(canary), `a secret in ${where}`)
    // eslint-disable-next-line no-control-regex
    assert.ok(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(this.stderr), 'control characters on stderr')
    assert.ok(this.stderr.split('\n').every(line => line.length < 1200), 'an endless line on stderr')
    assert.ok(!/AddressSanitizer|runtime error|LeakSanitizer/.test(this.stderr), this.stderr.slice(-4000))
  }
}

// ---- one end of a connection --------------------------------------------------------------------------------------

export class Peer {
  lines = [] // as text
  messages = []
  faults = []
  bytes = 0
  #rest = []
  #changed = []
  #last = 0

  constructor(input, output) {
    this.input = input
    this.output = output
    input.on('error', e => (this.error = e.code))
    output.on('error', e => (this.error = e.code))
    output.on('data', data => this.#hear(data))
    this.ended = new Promise(resolve => {
      const end = () => { this.over = true; this.#wake(); resolve() }
      output.on('end', end).on('close', end)
    })
  }

  write(bytes) { return this.input.write(bytes) }
  send(message) { return this.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n') }
  end() { this.input.end() }
  destroy() { this.input.destroy(); this.output.destroy() }

  async drained() { if (this.input.writableNeedDrain) await within(30_000, once(this.input, 'drain'), 'room to write') }

  // Everything received for which `test` holds, once there are `count` of it.
  async heard(test, count = 1, ms = 10_000) {
    const deadline = Date.now() + ms * slower
    for (;;) {
      const found = this.messages.filter(test)
      if (found.length >= count) return found
      const left = deadline - Date.now()
      if (left <= 0 || this.over)
        assert.fail(`${found.length} of ${count} messages; ${this.over ? 'the connection ended' : 'time is up'}; last: ${this.lines.at(-1)?.slice(0, 300)}`)
      await new Promise(resolve => {
        const timer = setTimeout(resolve, left)
        this.#changed.push(() => { clearTimeout(timer); resolve() })
      })
    }
  }

  async response(id, ms) { return (await this.heard(m => m.id === id && !m.method, 1, ms))[0] }

  // A round trip: what was said before has been dealt with.
  async ping(ms) {
    const id = `~${++this.#last}`
    this.send({ id, ...this.harmless })
    const reply = await this.response(id, ms)
    assert.ok(reply.result, JSON.stringify(reply))
    return reply
  }

  // ... and what came in meanwhile, without the round trips' own.
  async settled(from = this.messages.length) {
    await this.ping()
    await this.ping()
    const kept = this.messages.map((m, i) => [m, this.lines[i]]).slice(from).filter(([m]) => !String(m.id).startsWith('~'))
    return { messages: kept.map(k => k[0]), lines: kept.map(k => k[1]) }
  }

  #hear(data) {
    this.bytes += data.length
    let start = 0
    for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, start)) {
      this.#rest.push(data.subarray(start, at))
      start = at + 1
      this.#line(Buffer.concat(this.#rest))
      this.#rest = []
    }
    if (start < data.length) this.#rest.push(data.subarray(start))
    this.#wake()
  }
  #wake() { for (const changed of this.#changed.splice(0)) changed() }

  #line(bytes) {
    const text = bytes.toString('utf8')
    try {
      assert.ok(!bytes.includes(13), 'a carriage return')
      new TextDecoder('utf8', { fatal: true }).decode(bytes)
      const message = JSON.parse(text)
      for (const one of [message].flat()) assertJsonRpc(one)
      this.messages.push(message)
      this.lines.push(text)
    } catch (failure) {
      this.faults.push(`${failure.message}: ${text.slice(0, 300)}`)
    }
  }
}

function assertJsonRpc(m) {
  assert.equal(m.jsonrpc, '2.0')
  if ('method' in m) {
    assert.equal(typeof m.method, 'string')
    assert.ok(!('result' in m) && !('error' in m))
    return
  }
  assert.notEqual('result' in m, 'error' in m)
  if (m.error) {
    assert.ok(Number.isInteger(m.error.code))
    assert.equal(typeof m.error.message, 'string')
    assert.ok(m.error.message.length < 2000, 'an endless error text')
    // eslint-disable-next-line no-control-regex
    assert.ok(!/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(m.error.message), 'control characters in an error text')
  } else {
    assert.ok('id' in m)
  }
  assert.ok(!('id' in m) || ['string', 'number'].includes(typeof m.id))
}

// ---- the doors ----------------------------------------------------------------------------------------------------

const initialize = version => ({
  id: 'hello', method: 'initialize',
  params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'hostile', version: '1' } },
})

async function greet(peer, era) {
  peer.harmless = era === 'modern' ? { method: 'tools/list', params: { _meta: modernMeta } } : { method: 'ping' }
  if (era === 'none' || era === 'modern') return peer
  peer.send(initialize(era === 'legacy' ? '2025-11-25' : era))
  assert.ok((await peer.response('hello')).result)
  peer.send({ method: 'notifications/initialized' })
  await peer.ping()
  peer.messages.length = peer.lines.length = 0
  return peer
}

export const tokenLine = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/here', params: { _meta: { [tokenKey]: token } } }) + '\n'

export async function connect(where, { hello = true } = {}) {
  const tcp = /^tcp:(.*):(\d+)$/.exec(where)
  const to = tcp ? { host: tcp[1], port: Number(tcp[2]) } : { path: where.slice('unix:'.length) }
  const socket = net.connect({ ...to, allowHalfOpen: true })
  const peer = new Peer(socket, socket)
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  if (tcp && hello) peer.write(tokenLine)
  return peer
}

// The program with this door open: `peer(era)` gives one more connection to it, which on stdio is one more program.
export class Door {
  constructor(t, name, { args = [], ...options } = {}) {
    Object.assign(this, { t, name, args, options, peers: [] })
  }

  async open() {
    if (this.name === 'stdio') return this
    const at = { unix: 'unix:s.sock', tcp: 'tcp:127.0.0.1:0' }[this.name]
    this.program = new Program(this.t, ['--listen', at, ...this.args], { stdio: ['ignore', 'pipe', 'pipe'], ...this.options })
    ;[this.where] = await this.program.listening()
    if (this.name === 'unix') this.where = `unix:${join(this.program.dir, 's.sock')}`
    return this
  }

  async peer(era = 'modern', options) {
    let peer
    if (this.name === 'stdio') {
      const program = new Program(this.t, this.args, this.options)
      peer = new Peer(program.child.stdin, program.child.stdout)
      peer.program = this.program = program
    } else {
      peer = await connect(this.where, options)
      peer.program = this.program
      this.t.after(() => peer.destroy())
    }
    this.peers.push(peer)
    return greet(peer, era)
  }

  // At the end of a case: nothing was said that may not be.
  hold() {
    for (const peer of this.peers) {
      assert.deepEqual(peer.faults, [])
      peer.program.holdTongue(peer.lines.join('\n'))
    }
  }
}

// tools/call in the words of an era.
export const call = (era, id, name, args, meta = {}) => {
  const all = { ...(era === 'modern' ? modernMeta : {}), ...meta }
  return { id, method: 'tools/call', params: { name, arguments: args, ...(Object.keys(all).length ? { _meta: all } : {}) } }
}
