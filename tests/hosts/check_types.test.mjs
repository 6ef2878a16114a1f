// The type check with the project's real tools, and with tools that misbehave.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import test from 'node:test'
import { probe } from './support.mjs'

const example = fileURLToPath(new URL('../../examples/next-app', import.meta.url))
const slow = process.env.NBE_SANITIZED === '1' ? 3 : 1

function write(root, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
}

// A folder with a project in it and room beside it.
function folder(t) {
  const outer = realpathSync(mkdtempSync(join(tmpdir(), 'nbe-types-')))
  t.after(() => rmSync(outer, { recursive: true, force: true }))
  mkdirSync(join(outer, 'project'))
  return join(outer, 'project')
}

// The example app with what is installed for it, and these files.
function nextApp(t, files = {}) {
  const project = folder(t)
  for (const name of ['app', 'lib', 'next.config.ts', 'package.json', 'proxy.ts', 'tsconfig.json'])
    cpSync(join(example, name), join(project, name), { recursive: true })
  symlinkSync(realpathSync(join(example, 'node_modules')), join(project, 'node_modules'))
  write(project, files)
  return project
}

// A project whose compiler is this script.
function fakeCompiler(t, script) {
  const project = folder(t)
  write(project, {
    'tsconfig.json': '{}',
    'a.ts': 'export const a = 1\n',
    'node_modules/typescript/package.json': '{"version":"5.0.0"}',
    'node_modules/typescript/lib/tsc.js': script,
  })
  return project
}

function start(project, request = {}) {
  const child = spawn(probe('check_types'), { stdio: ['pipe', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', text => (out += text))
  child.stdin.end(JSON.stringify({ project, path: dirname(process.execPath), home: '/nonexistent', ...request }))
  return { child, ended: once(child, 'close').then(() => JSON.parse(out)) }
}

const check = (project, request) => start(project, request).ended
const clean = project => assert.ok(!existsSync(join(project, '.nbe')), readdirSync(project).join())
const places = list => list.map(d => `${d.file}:${d.line} ${d.code}`).sort()
const tools = result => result.times.map(time => time.tool)

// A compiler that says who it is, and hangs.
const mark = 'require("fs").writeFileSync(__dirname + "/pid", String(process.pid)); setInterval(() => {}, 1000)'
async function pidOf(project) {
  const file = join(project, 'node_modules/typescript/lib/pid')
  while (!existsSync(file) || !readFileSync(file, 'utf8')) await sleep(20)
  return Number(readFileSync(file, 'utf8'))
}

const planted = {
  'app/api/notes/[id]/route.ts': `import { cookies } from 'next/headers'
import { revalidateTag } from 'next/cache'
import { nothing } from 'no-such-package'

export async function GET(_request: Request, { params }: { params: { id: string } }) {
  const session = cookies().get('session')
  revalidateTag('notes')
  return Response.json({ id: params.id, session, nothing })
}
`,
  'app/api/wrong/route.ts': 'export default function handler() {}\n',
}
const asChanges = files => Object.entries(files).map(([path, text]) => ({ path, text }))

test('the planted mistakes are found and told apart from an error that was there before', async t => {
  const old = 'export const old: number = "text"\n'
  const project = nextApp(t, { 'lib/old.ts': old })
  const outer = dirname(project)
  // What a hostile configuration would have the compiler write, and read.
  write(outer, {
    'base.json': '{"compilerOptions":{"tsBuildInfoFile":"./evil.tsbuildinfo","generateTrace":"./evil"}}',
    'secret.ts': 'hunter2\n',
  })
  const config = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8'))
  write(project, { 'tsconfig.json': JSON.stringify({ extends: '../base.json', ...config }) })
  const memory = join(outer, 'memory')
  const changes = asChanges({
    ...planted,
    'lib/old.ts': '// The same error, further down.\n\n' + old,
    'lib/reference.ts': `/// <reference path="${outer}/secret.ts" />\nexport {}\n`,
  })

  const found = await check(project, { changes, memory })
  assert.equal(found.status, 'failed', JSON.stringify(found))
  assert.deepEqual(
    places(found.introduced.filter(d => d.file)),
    [
      'app/api/notes/[id]/route.ts:3 TS2307',
      'app/api/notes/[id]/route.ts:5 TS2344',
      'app/api/notes/[id]/route.ts:6 TS2339',
      'app/api/notes/[id]/route.ts:7 TS2554',
      'app/api/wrong/route.ts:1 TS2559',
    ])
  assert.deepEqual(places(found.preexisting), ['lib/old.ts:3 TS2322'])
  assert.ok(!JSON.stringify(found).includes('.nbe'), JSON.stringify(found))
  assert.ok(!JSON.stringify(found).includes('hunter'), JSON.stringify(found))
  assert.match(found.introduced.find(d => d.code === 'TS2554').source, /^revalidateTag\('notes'\)$/)
  assert.deepEqual(tools(found), ['next typegen', 'tsc', 'next typegen of the base', 'tsc of the base'])
  assert.deepEqual(readdirSync(outer).sort(), ['base.json', 'memory', 'project', 'secret.ts'])
  clean(project)
  t.diagnostic(JSON.stringify(found.times))
  assert.match(found.introduced.find(d => !d.file).message, /outside of the project; it is not shown/)

  const again = await check(project, { changes, memory })
  assert.deepEqual(tools(again), ['next typegen', 'tsc'])
  assert.deepEqual(again.introduced, found.introduced)
  assert.deepEqual(again.preexisting, found.preexisting)
})

test('nothing is found on the correct version, and the base is not checked for it', async t => {
  const project = nextApp(t)
  const handler = `export async function GET(_request: Request, context: RouteContext<'/api/new/[id]'>) {
  return Response.json(await context.params)
}
`
  const result = await check(project, { changes: [{ path: 'app/api/new/[id]/route.ts', text: handler }] })
  assert.equal(result.status, 'passed', JSON.stringify(result))
  assert.deepEqual(tools(result), ['next typegen', 'tsc'])
  assert.deepEqual(result.notes, [])
  clean(project)
})

test('a next.config that needs its environment is done without, one that was staged is not executed', async t => {
  const trap = (name, rest) => `import { writeFileSync } from 'node:fs'
writeFileSync(${JSON.stringify(name)}, JSON.stringify(process.env))
${rest}`
  const project = nextApp(t)
  const outer = dirname(project)
  write(project, {
    '.env': 'DATABASE_URL=postgres://secret\n',
    'next.config.ts': trap(join(outer, 'base.json'), `import './env'
if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is missing')
export default {}
`),
    'env.ts': 'export {}\n',
  })
  const result = await check(project, {
    changes: [
      { path: 'next.config.ts', text: trap(join(outer, 'staged'), 'export default {}\n') },
      { path: 'env.ts', text: trap(join(outer, 'imported'), 'export {}\n') },
    ],
  })
  assert.equal(result.status, 'passed', JSON.stringify(result))
  assert.equal(result.notes.length, 1)
  assert.match(result.notes[0], /next\.config\.ts could not be loaded .* DATABASE_URL is missing/)
  assert.ok(!existsSync(join(outer, 'staged')) && !existsSync(join(outer, 'imported')))
  const seen = Object.keys(JSON.parse(readFileSync(join(outer, 'base.json'), 'utf8')))
  assert.deepEqual(seen.filter(name => /KEY|TOKEN|SECRET|CLAUDE|AGENT|DATABASE|NBE/.test(name)), [])
  clean(project)
})

test('a next.config that never ends is ended', async t => {
  const project = nextApp(t, { 'next.config.ts': 'process.on("SIGTERM", () => {})\nfor (;;) {}\nexport default {}\n' })
  const result = await check(project, { typegen_ms: 4000 })
  assert.equal(result.status, 'timed out', JSON.stringify(result))
  assert.match(result.reason, /next typegen did not end within 4 s/)
  clean(project)
})

test('a build finds what types do not', async t => {
  const project = folder(t)
  for (const name of ['app', 'lib', 'next.config.ts', 'package.json', 'package-lock.json', 'proxy.ts', 'tsconfig.json'])
    cpSync(join(example, name), join(project, name), { recursive: true })
  // Turbopack does not follow a link out of its root.
  const installed = spawn('cp', ['-al', realpathSync(join(example, 'node_modules')), join(project, 'node_modules')])
  const [code] = await once(installed, 'close')
  if (code !== 0) cpSync(realpathSync(join(example, 'node_modules')), join(project, 'node_modules'), { recursive: true })
  const route = readFileSync(join(project, 'app/api/notes/route.ts'), 'utf8')
  const result = await check(project, {
    build: true,
    changes: [{ path: 'app/api/notes/route.ts', text: `${route}export const runtime = 'edge'\n` }],
  })
  assert.equal(result.status, 'failed', JSON.stringify(result))
  assert.equal(result.built, true)
  assert.deepEqual(places(result.introduced), ['app/api/notes/route.ts:23 next build'])
  assert.match(result.introduced[0].message, /not compatible with `nextConfig.cacheComponents`/)
  t.diagnostic(JSON.stringify(result.times))
  clean(project)
})

test('a compiler that is killed, fails or is missing is said to be', async t => {
  const project = fakeCompiler(t, mark)
  const running = start(project)
  process.kill(await pidOf(project), 'SIGKILL')
  const killed = await running.ended
  assert.equal(killed.status, 'crashed')
  assert.match(killed.reason, /tsc killed by signal 9/)
  clean(project)

  const broken = await check(fakeCompiler(t, 'console.error("SyntaxError: broken installation"); process.exit(1)'))
  assert.equal(broken.status, 'crashed')
  assert.match(broken.reason, /tsc exited with code 1; it said: SyntaxError: broken installation/)

  const greedy = await check(
    fakeCompiler(t, 'const all = []; for (;;) all.push(new Array(1e6).fill(all.length))'), { memory_bytes: 300 << 20 })
  assert.equal(greedy.status, 'crashed')
  assert.match(greedy.reason, /more than 300 MB of memory/)

  const missing = folder(t)
  write(missing, { 'tsconfig.json': '{}', 'a.ts': '' })
  const none = await check(missing)
  assert.equal(none.status, 'not run')
  assert.match(none.reason, /TypeScript is not installed/)
  clean(missing)

  const nodeless = await check(project, { node: '/nowhere/node' })
  assert.equal(nodeless.status, 'not run')
  assert.match(nodeless.reason, /^\/nowhere\/node is no program that can be started; .*--node/)
})

test('a compiler that hangs is ended with its time, and with the check that is cancelled', async t => {
  const stubborn = 'process.on("SIGTERM", () => {}); require("child_process").spawn("sleep", ["60"]); setInterval(() => {}, 1000)'
  const project = fakeCompiler(t, stubborn)
  const late = await check(project, { tsc_ms: 1000 })
  assert.equal(late.status, 'timed out')
  assert.match(late.reason, /tsc did not end within 1 s and was killed/)
  clean(project)
  const { cancelled } = await check(project, { cancel_ms: 700 })
  assert.ok(cancelled <= 100 * slow, `${cancelled} ms`)
  clean(project)
})

test('a compiler that prints 100 MB is read to its end, and its first errors are told', async t => {
  const project = fakeCompiler(t, `
    const fs = require('fs')
    fs.writeSync(1, "a.ts(1,1): error TS1: first\\n")
    const junk = 'x'.repeat(99) + '\\n'
    for (let i = 0; i < 1000; ++i) fs.writeSync(1, junk.repeat(1000))
    process.exit(2)`)
  const result = await check(project, { changes: [{ path: 'a.ts', text: 'x' }] })
  assert.equal(result.status, 'passed', JSON.stringify(result)) // the base has the same error
  assert.deepEqual(places(result.preexisting), ['a.ts:1 TS1'])
  assert.match(result.notes.join(), /tsc printed 95 MB; the first 1024 KB of it were read/)
})

test('a check that is killed leaves nothing that the next one does not remove', async t => {
  const project = fakeCompiler(t, mark)
  const running = start(project)
  const compiler = await pidOf(project)
  t.after(() => process.kill(compiler, 'SIGKILL'))
  const [left] = readdirSync(join(project, '.nbe/shadow')).filter(name => !name.endsWith('.lock'))
  running.child.kill('SIGKILL')
  await assert.rejects(running.ended)
  assert.ok(existsSync(join(project, '.nbe/shadow', left, 'a.ts')))
  write(project, { 'node_modules/typescript/lib/tsc.js': '' })
  const result = await check(project)
  assert.equal(result.status, 'passed')
  clean(project)
})
