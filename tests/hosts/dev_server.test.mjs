// A `next dev` that is running anyway compiles the routes that a run has written, and what it finds is in the answer.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { app, call, finish, setup, turn } from './product.mjs'
import { Host, textOf, until } from './runs_support.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

// Turbopack follows no link out of the project: node_modules is copied, by links to its files where that is possible.
async function place(t, running) {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'nbe-dev-')))
  t.after(() => rmSync(project, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))
  for (const name of ['app', 'lib', 'next.config.ts', 'package.json', 'proxy.ts', 'tsconfig.json'])
    cpSync(join(app, name), join(project, name), { recursive: true })
  if (!running) return project
  cpSync(realpathSync(join(app, 'node_modules')), join(project, 'node_modules'), { recursive: true, verbatimSymlinks: true })
  const child = spawn(process.execPath, [join(project, 'node_modules/next/dist/bin/next'), 'dev', '--hostname', '127.0.0.1', '--port', '0'], {
    cwd: project, detached: true, stdio: 'ignore', env: { PATH: process.env.PATH, HOME: project, NEXT_TELEMETRY_DISABLED: '1' },
  })
  t.after(() => { try { process.kill(-child.pid, 'SIGKILL') } catch { /* it ended by itself */ } })
  await until(() => existsSync(join(project, '.next/dev/lock')), 'next dev', 60_000)
  return project
}

async function write(t, project, content) {
  model.play(turn(call('write_file', { path: 'app/api/fresh/route.ts', content }), finish()), ...Array(5).fill(turn(finish())))
  const host = new Host(t, setup(t, { model, project }), { args: ['--allow-write'] })
  host.patience = 60_000
  const answer = textOf(await host.engineer({ task: 'A fresh route', apply: true }))
  await host.close()
  assert.doesNotMatch(host.stderr, /internal error/)
  return answer
}

test('a route that compiles, and one that does not', async t => {
  const project = await place(t, true)
  const good = await write(t, project, 'export async function GET() {\n  return Response.json({ fresh: true })\n}\n')
  assert.match(good, /\| Dev server \| passed \| next dev compiled \/api\/fresh \|/)
  rmSync(join(project, 'app/api/fresh'), { recursive: true })
  const wrong = await write(t, project, "import { gone } from '@/lib/gone'\n\nexport async function GET() {\n  return Response.json({ gone })\n}\n")
  assert.match(wrong, /\| Dev server \| \*\*failed\*\* \| next dev compiled \/api\/fresh \|/)
  assert.match(wrong, /> - `app\/api\/fresh\/route\.ts:1` \*\*Module not found\*\*: Can't resolve `'@\/lib\/gone'`[^\n]*\(next dev\)/)
})

test('one that answers nothing, nonsense, or dies is no reason to wait', async t => {
  for (const habit of ['silent', 'nonsense', 'gone', 'refusing', 'hanging']) {
    const project = await place(t, false)
    const child = spawn(process.execPath, [join(import.meta.dirname, '../fakes/next_dev.mjs'), habit], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => child.kill('SIGKILL'))
    const [port] = await once(child.stdout, 'data')
    mkdirSync(join(project, '.next/dev'), { recursive: true })
    writeFileSync(join(project, '.next/dev/lock'), JSON.stringify({ pid: child.pid, port: Number(port) }))
    const began = performance.now()
    const answer = await write(t, project, 'export async function GET() {\n  return Response.json({ fresh: true })\n}\n')
    assert.match(answer, /\| Dev server \| not run \| [^|]+ \|/, habit)
    t.diagnostic(`${habit}: ${Math.round(performance.now() - began)} ms; ${/\| Dev server \| .*/.exec(answer)[0]}`)
  }
})

test('where none runs, that is said', async t => {
  const answer = await write(t, await place(t, false), 'export async function GET() {\n  return Response.json({ fresh: true })\n}\n')
  assert.match(answer, /\| Dev server \| not run \| no next dev of the project is running \|/)
})
