// What the tests of runs share: one state directory that several processes use in turn or at once, the three ways to
// ask for a run, and what the terminal says of it.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { sanitized, slower } from '../bounds.mjs'
import { setup } from './product.mjs'
import { binary, modernMeta, modernVersion, Wire, within } from './support.mjs'

export { sanitized, slower }
export const tasksExtension = 'io.modelcontextprotocol/tasks'
export const name = 'nextjs_backend_engineer'

// Until `test` gives something true, which is returned.
export async function until(test, what, ms = 10_000) {
  const deadline = Date.now() + ms * slower
  for (;;) {
    const value = await test()
    if (value) return value
    assert.ok(Date.now() < deadline, `${what}: not within ${ms * slower} ms`)
    await sleep(5)
  }
}

const capabilities = more => ({ 'io.modelcontextprotocol/clientCapabilities': more })
export const withTasks = capabilities({ extensions: { [tasksExtension]: {} } })
export const withForms = capabilities({ elicitation: { form: {} } })
export const withBoth = capabilities({ extensions: { [tasksExtension]: {} }, elicitation: { form: {} } })

export const textOf = reply => reply.result?.content?.[0]?.text ?? assert.fail(JSON.stringify(reply))
export const runIdIn = words => /[Rr]un(?:_id)? [`"]([0-9a-f]{32})[`"]/.exec(words)?.[1] ?? assert.fail(`no run id in: ${words}`)

// A client on stdio of a server of its own, in this place (setup() of product.mjs).
export class Host extends Wire {
  // `wrap`: words before the program's own.
  constructor(t, place, { args = [], env = {}, wrap = [] } = {}) {
    const words = [...wrap, binary, ...place.args, ...args]
    super(t, words[0], words.slice(1), { env: { ...place.env, ...env } })
    this.version = modernVersion
    this.patience = 20_000 * slower
  }
  tool(tool, args, meta) { return this.modern('tools/call', { name: tool, arguments: args }, meta) }
  engineer(args, meta) { return this.tool(name, args, meta) }
  poll(args, meta) { return this.tool(`${name}_result`, args, meta) }
  // Without waiting for what comes of it.
  begin(id, args, meta = {}) {
    this.send({ id, method: 'tools/call', params: { name, arguments: args, _meta: modernMeta(meta) } })
  }
  response(id) { return this.received.find(m => m.id === id && !m.method) }
  async kill(signal = 'SIGKILL') {
    this.child.kill(signal)
    return within(10_000 * slower, this.exited, 'the end')
  }
  // Polls the task until it is `wanted`, or at an end.
  async task(taskId, wanted = 'completed') {
    const ends = ['completed', 'failed', 'cancelled', wanted]
    for (;;) {
      const { result, error } = await this.modern('tasks/get', { taskId }, withBoth)
      assert.ok(result, JSON.stringify(error))
      if (ends.includes(result.status)) {
        assert.equal(result.status, wanted, JSON.stringify(result))
        return result
      }
      await sleep(20)
    }
  }
}

export const place = setup

// The program at the terminal, in this place.
export async function terminal({ args, env }, words, { ms = 20_000 } = {}) {
  const child = spawn(binary, [...words, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const out = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', text => (out.stdout += text))
  child.stderr.setEncoding('utf8').on('data', text => (out.stderr += text))
  try {
    const [code, signal] = await within(ms * slower, once(child, 'close'), words.join(' '))
    return { ...out, code: signal ?? code }
  } finally {
    child.kill('SIGKILL')
  }
}

async function json(where, ...words) {
  const { stdout, stderr, code } = await terminal(where, [...words, '--json'])
  assert.equal(code, 0, stderr)
  assert.equal(stderr, '', 'said on the way')
  return JSON.parse(stdout)
}
export const kept = (where, id) => json(where, 'runs', 'show', id)
export const listed = where => json(where, 'runs')

// ---- what the model was sent --------------------------------------------------------------------------------------

const unmarked = value => JSON.stringify(value, (key, v) => (key === 'cache_control' ? undefined : v))

// How many turns of the model a request holds.
export const turnsIn = entry => JSON.parse(entry.body).messages.filter(m => m.role === 'assistant').length

// Each request says what the one before it said, byte for byte, and goes on; those of one turn are the same.
export function assertOneConversation(journal) {
  const asked = journal.map(entry => ({ turns: turnsIn(entry), body: JSON.parse(entry.body), text: entry.body }))
  asked.sort((a, b) => a.turns - b.turns)
  for (let i = 1; i < asked.length; ++i) {
    const [a, b] = [asked[i - 1], asked[i]]
    if (a.turns === b.turns) assert.equal(b.text, a.text, `two requests for turn ${a.turns + 1}`)
    for (const part of ['model', 'system', 'tools']) assert.equal(unmarked(b.body[part]), unmarked(a.body[part]), part)
    const before = a.body.messages.map(unmarked)
    assert.deepEqual(b.body.messages.slice(0, before.length).map(unmarked), before, `what turn ${b.turns + 1} was told`)
  }
}

// A generator of numbers in [0, 1) that are the same each time (mulberry32).
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}
