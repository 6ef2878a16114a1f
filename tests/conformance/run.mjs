// Runs the official conformance suite and judges every check of it.
//
//   node run.mjs client PROGRAM FOLDER     PROGRAM takes the URL of the suite's server
//   node run.mjs server PROGRAM FOLDER     PROGRAM --port 0 prints its URL as its first line and serves until SIGTERM
//
// A line for each scenario, then `N passed, N failed, N skipped`. What the suite wrote stays in FOLDER.

import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { judge, scenarios } from './judge.mjs'

const here = import.meta.dirname
const suite = join(here, '../node_modules/@modelcontextprotocol/conformance')
const patience = 300_000

// Scenarios that no program can pass, by the reason.
const exceptions = {
  client: {},
  server: { 'tasks-status-notifications': 'the suite has no check for it yet' },
}

const [side, program, folder] = process.argv.slice(2)
if (!exceptions[side] || !folder) throw new Error('usage: run.mjs client|server PROGRAM FOLDER')

// Ends with this process: a suite that hangs keeps its pipes open.
const started = new Set()
process.on('exit', () => { for (const child of started) child.kill('SIGKILL') })
function start(command, args, options) {
  const child = spawn(command, args, options)
  started.add(child)
  child.on('exit', () => started.delete(child))
  return child
}

async function runSuite(name, args) {
  const out = join(folder, `${side}-${name}`)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const log = createWriteStream(`${out}.log`)
  const node = ['--import', join(here, 'glob_sync.mjs'), join(suite, 'dist/index.js')]
  const child = start(process.execPath, [...node, side, ...args, '-o', out], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.pipe(log)
  child.stderr.pipe(log)
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  await once(child, 'exit')
  clearTimeout(timer)
  return scenarios(out)
}

// The names in a section of requirements/REVISION.yaml, whose lists are one name a line.
function required(revision) {
  const text = readFileSync(join(suite, `requirements/${revision}.yaml`), 'utf8')
  const section = new RegExp(`^${side}:\\n((?:  - .*\\n)+)`, 'm').exec(text)?.[1]
  if (!section) throw new Error(`requirements/${revision}.yaml has another form now`)
  return section.trim().split('\n').map(line => line.replace(/^\s*- /, '').trim())
}

async function serve() {
  const server = start(program, ['--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines = [server.stdout, server.stderr].map(input => once(createInterface({ input }), 'line'))
  const gone = once(server, 'exit').then(([code]) => { throw new Error(`the server ended with code ${code}`) })
  gone.catch(() => {})
  const [line] = await Promise.race([...lines, gone])
  const url = /https?:\/\/\S+/.exec(line)?.[0]
  if (!url) throw new Error(`the server's first line names no URL: ${line}`)
  server.stdout.resume()
  server.stderr.resume()
  return { url, stop: () => { server.kill('SIGTERM'); return gone.catch(() => {}) } }
}

const total = { passed: 0, failed: 0, skipped: 0 }
function report(run, name, { verdict, counts = '', reasons = [] }) {
  ++total[verdict]
  console.log(`${verdict.toUpperCase().padEnd(8)}${run.padEnd(12)}${name} ${counts}`)
  for (const reason of reasons) console.log(`        ${reason}`)
}

const noOAuth = 'the client speaks no OAuth'
async function judgeRun(run, args, expected, wanted = () => true) {
  const seen = new Set()
  const all = (await runSuite(run, args)).sort((a, b) => a.name.localeCompare(b.name))
  for (const found of all.filter(s => wanted(s.name))) {
    seen.add(found.name)
    if (side === 'client' && found.name.startsWith('auth/'))
      report(run, found.name, { verdict: 'skipped', reasons: [noOAuth] })
    else report(run, found.name, judge(found, exceptions[side]))
  }
  for (const name of expected.filter(n => !seen.has(n)))
    report(run, name, { verdict: 'failed', reasons: [`it was not run: see ${side}-${run}.log`] })
  return seen
}

const fixture = side === 'server' ? await serve() : undefined
const target = fixture ? ['--url', fixture.url] : ['--command', program]
const seen = new Set()
for (const revision of ['2025-11-25', '2026-07-28'])
  for (const name of await judgeRun(revision, [...target, '--requirements', revision], required(revision))) seen.add(name)
// What no revision requires: extensions, and what the suite has on trial.
await judgeRun('all', [...target, '--suite', 'all'], [], name => !seen.has(name))
await fixture?.stop()
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed || !total.passed ? 1 : 0)
