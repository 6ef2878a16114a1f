// What the tests of the whole program share: it runs on the example app, with the scripted model, and with npm's own
// Context7 in front of a stand-in for its service. All on this machine.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = import.meta.dirname

export const app = join(here, '../../examples/next-app')
export const key = 'test-key-0123456789-do-not-print'
export const context7 = `node ${join(here, '../node_modules/@upstash/context7-mcp/dist/index.js')}`

// The environment and the arguments of one run. The state directory ends with the test.
// `verify`: the most that may be run of the project; tests that are not about that need not wait for its compiler.
export function setup(t, { model, rest, args = [], env = {}, project = app, verify = 'rules' } = {}) {
  const state = mkdtempSync(join(tmpdir(), 'nbe-state-'))
  t.after(() => rmSync(state, { recursive: true, force: true }))
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, XDG_STATE_HOME: state, ...env }
  // The index of documentation is built once for all tests, as it is for all projects of a user.
  for (const name of ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'XDG_CACHE_HOME'])
    if (process.env[name]) environment[name] = process.env[name]
  if (model) Object.assign(environment, { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: model.url, ...env })
  if (rest) environment.CONTEXT7_API_URL = rest.url
  return {
    env: environment,
    args: ['--project', project, '--max-verify', verify, ...(rest ? ['--context7', context7] : ['--no-context7']), ...args],
  }
}

// Processes that `pid` started, and theirs.
export function descendants(pid) {
  const parents = new Map()
  for (const name of readdirSync('/proc').filter(n => /^\d+$/.test(n))) {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').pop().split(' ')
      if (fields[0] !== 'Z') parents.set(Number(name), Number(fields[1]))
    } catch { /* gone meanwhile */ }
  }
  const found = []
  const add = parent => {
    for (const [child, of] of parents) if (of === parent) { found.push(child); add(child) }
  }
  add(pid)
  return found
}

export const alive = pid => {
  try { return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()[0] !== 'Z' } catch { return false }
}

// ---- scripted turns ---------------------------------------------------------------------------------------------

export const turn = (...blocks) => ({ blocks })
export const text = words => ({ type: 'text', text: words })
export const call = (name, input, id) => ({ type: 'tool_use', name, input, ...(id ? { id } : {}) })
export const think = words => ({ type: 'thinking', thinking: words })

export const route = `import { NextResponse } from 'next/server'
import { z } from 'zod'

const Note = z.object({ title: z.string().min(1) })

export async function POST(request: Request) {
  const parsed = Note.safeParse(await request.json())
  if (!parsed.success) return NextResponse.json({ error: 'invalid' }, { status: 422 })
  return NextResponse.json(parsed.data, { status: 201 })
}
`
export const finish = (more = {}) => call('finish', { approach: 'A route handler with a schema.', ...more })
