// What the tests with real counterparts share: a program on a pair of pipes, its lines as messages, and the
// protocol's own JSON Schemas to hold each of them against.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { runInNewContext } from 'node:vm'
import Ajv from 'ajv'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

export const binary = process.env.NBE_BINARY

// The program built from tests/probes/NAME.cpp.
export const probe = name => join(process.env.NBE_PROBES ?? '', `probe_${name}`)

export const legacyVersions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']
export const modernVersion = '2026-07-28'

export const within = (ms, promise, what) => {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// ---- the schemas ------------------------------------------------------------------------------------------------

// The conformance suite ships the specification's schema.json of four versions, as object literals in its bundle.
function shippedSchemas() {
  const bundle = '../node_modules/@modelcontextprotocol/conformance/dist/index.js'
  const source = readFileSync(new URL(bundle, import.meta.url), 'utf8')
  const found = []
  for (const { index } of source.matchAll(/=\{\$schema:`[^`]*`,(?:definitions|\$defs):\{Annotations:/g))
    found.push(runInNewContext(`(${literal(source, index + 1)})`))
  const has = (schema, name) => name in (schema.definitions ?? schema.$defs)
  const only = test => {
    const matching = found.filter(test)
    assert.equal(matching.length, 1, 'the conformance suite ships its schemas differently now')
    return matching[0]
  }
  return {
    '2025-03-26': only(s => !has(s, 'ElicitResult')),
    '2025-06-18': only(s => has(s, 'ElicitResult') && !has(s, 'Icon')),
    '2025-11-25': only(s => has(s, 'Icon') && !has(s, 'DiscoverResult')),
    '2026-07-28': only(s => has(s, 'DiscoverResult')),
  }
}

// The object literal that starts at `start`.
function literal(source, start) {
  let depth = 0
  let quote = ''
  for (let i = start; i < source.length; ++i) {
    const c = source[i]
    if (c === '\\') ++i
    else if (quote) quote = c === quote ? '' : quote
    else if (c === '`' || c === '"' || c === "'") quote = c
    else if (c === '{') ++depth
    else if (c === '}' && --depth === 0) return source.slice(start, i + 1)
  }
  throw new Error('unbalanced')
}

let validators

// Throws unless `message`, as sent by a server, is what the schema of `version` says. `method` is that of the request
// which a response answers.
export function assertOnWire(version, message, method) {
  validators ??= Object.fromEntries(Object.entries(shippedSchemas()).map(([v, s]) => [v, compile(s)]))
  const { definitions, check } = validators[version]
  const named = name => name in definitions
  const ofMethod = (m, suffix) =>
    Object.keys(definitions).find(n => n.endsWith(suffix) && definitions[n].properties?.method?.const === m)
  if (message.method === 'notifications/tasks') {
    check('Notification', message)
  } else if (message.method) {
    check(ofMethod(message.method, message.id === undefined ? 'Notification' : 'Request'), message)
  } else if (message.error) {
    const special = Object.keys(definitions).find(n =>
      (definitions[n].properties?.error?.allOf ?? []).some(p => p.properties?.code?.const === message.error.code))
    // Before 2025-11-25 an error could not leave its id out.
    const general = named('JSONRPCErrorResponse') ? 'JSONRPCErrorResponse' : 'JSONRPCError'
    check(special ?? general, message)
  } else {
    check(named('JSONRPCResultResponse') ? 'JSONRPCResultResponse' : 'JSONRPCResponse', message)
    // Tasks are an extension: their results are not in the schema.
    if (method?.startsWith('tasks/') || message.result.resultType === 'task') return check('Result', message.result)
    if (message.result.resultType === 'input_required') return check('InputRequiredResult', message.result)
    const request = method && ofMethod(method, 'Request')
    assert.ok(request, `${version} has no request ${method}`)
    const result = request.replace(/Request$/, 'Result')
    check(named(result) ? result : 'EmptyResult', message.result)
  }
}

function compile(schema) {
  const defs = schema.$defs ? '$defs' : 'definitions'
  const ajv = new (schema.$defs ? Ajv2020.default : Ajv.default)({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addFormat('byte', true)
  ajv.addSchema({ ...schema, $id: 'mcp://schema' })
  const check = (name, value) => {
    assert.ok(name, `no definition for ${JSON.stringify(value)}`)
    const validate = ajv.getSchema(`mcp://schema#/${defs}/${name}`)
    assert.ok(validate(value), `${name}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`)
  }
  return { definitions: schema[defs], check }
}

// ---- a program on two pipes -------------------------------------------------------------------------------------

export const modernMeta = (more = {}) => ({
  'io.modelcontextprotocol/protocolVersion': modernVersion,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'tests', version: '1' },
  ...more,
})

// Speaks JSON-RPC with a program over its stdin and stdout, and holds everything it says against the schema of
// `version`, which the test sets as it goes ('' for none).
export class Wire {
  version = ''
  patience = 10_000 // ms for a response, and for what is waited for
  received = []
  stderr = ''
  #lastId = 0
  #waiting = new Map()
  #methods = new Map()
  #failure
  #changed = []

  // The program ends with the test `t`, whatever becomes of it.
  constructor(t, command, args = [], options = {}) {
    this.child = spawn(command, args, { stdio: 'pipe', ...options })
    t.after(() => this.child.kill('SIGKILL'))
    this.child.stdin.on('error', () => {})
    this.child.stderr.setEncoding('utf8').on('data', text => (this.stderr += text))
    createInterface({ input: this.child.stdout }).on('line', line => this.#hear(line))
    this.exited = once(this.child, 'exit')
    // What it has not answered by then it never will.
    this.child.on('close', () => {
      for (const [id, answered] of this.#waiting) answered({ id, error: { code: 0, message: 'the program has ended' } })
    })
  }

  write(text) {
    this.child.stdin.write(text)
  }

  send(message) {
    if (message.id !== undefined && message.method) this.#methods.set(message.id, message.method)
    this.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n')
  }

  notify(method, params) {
    this.send({ method, params })
  }

  // The response, result or error.
  request(method, params, id = ++this.#lastId) {
    const response = new Promise(resolve => this.#waiting.set(id, resolve))
    this.send({ id, method, params })
    return within(this.patience, response, method).then(message => {
      if (this.#failure) throw this.#failure
      return message
    })
  }

  async result(method, params, id) {
    const { result, error } = await this.request(method, params, id)
    assert.ok(result, `${method}: ${JSON.stringify(error)}`)
    return result
  }

  async error(method, params, id) {
    const { error } = await this.request(method, params, id)
    assert.ok(error, `${method} was not refused`)
    return error
  }

  modern(method, params = {}, meta = {}) {
    return this.request(method, { ...params, _meta: modernMeta(meta) })
  }

  async open(version, capabilities = {}) {
    this.version = legacyVersions.includes(version) ? version : '2025-11-25'
    const result = await this.result('initialize', {
      protocolVersion: version, capabilities, clientInfo: { name: 'tests', version: '1' },
    })
    this.notify('notifications/initialized')
    return result
  }

  // Everything received for which `test` holds, once there are `count` of it.
  async heard(test, count = 1) {
    const deadline = Date.now() + this.patience
    for (;;) {
      const found = this.received.filter(test)
      if (found.length >= count) return found
      await within(deadline - Date.now(), new Promise(r => this.#changed.push(r)), 'messages')
    }
  }

  // Ends its input, and waits for it to go by itself. Throws what was wrong with what it said.
  async close() {
    this.child.stdin.end()
    const [code] = await within(10_000, this.exited, 'the end')
    if (this.#failure) throw this.#failure
    assert.equal(code, 0, this.stderr)
  }

  #hear(line) {
    try {
      const message = JSON.parse(line)
      const method = this.#methods.get(message.id)
      this.received.push(message)
      // The schema of 2024-11-05 is not shipped; its sessions are held against it in the unit tests.
      if (this.version && this.version !== '2024-11-05' && !(message.error && message.id === undefined))
        assertOnWire(this.version, message, message.method ? undefined : method)
    } catch (failure) {
      this.#failure ??= failure
    }
    const heard = this.received.at(-1)
    if (heard && !heard.method) {
      this.#waiting.get(heard.id)?.(heard)
      this.#waiting.delete(heard.id)
    }
    for (const changed of this.#changed.splice(0)) changed()
  }
}
