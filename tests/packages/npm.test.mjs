// The npm packages: packed, installed from their tarballs without a network or install scripts, and started as npx does.

import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { answersAtHome } from './answers.mjs'
import { modernMeta } from '../hostile/doors.mjs'

const binary = join(process.env.NBE_BUILD, 'nextjs-backend-engineer')
const place = mkdtempSync(join(tmpdir(), 'nbe-npm-'))
const env = { PATH: process.env.PATH, HOME: place, npm_config_cache: join(place, 'cache'), npm_config_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' }
const npm = (cwd, ...args) => {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, env, encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
}

let tarballs, installed
before(() => {
  const folder = join(process.env.NBE_BUILD, 'packages-npm')
  rmSync(folder, { recursive: true, force: true })
  const pack = join(import.meta.dirname, '../../server/app/package/npm/pack.mjs')
  tarballs = execFileSync('node', [pack, binary, folder], { encoding: 'utf8' }).trim().split('\n').map(name => join(folder, name))
  installed = join(place, 'project')
  mkdirSync(installed)
  writeFileSync(join(installed, 'package.json'), '{"private": true}')
  npm(installed, 'install', '--ignore-scripts', ...tarballs)
})
after(() => rmSync(place, { recursive: true, force: true }))

const npx = (args, options = {}) => spawn('npx', ['--no-install', 'nextjs-backend-engineer', ...args], { cwd: installed, env, stdio: ['pipe', 'pipe', 'pipe'], ...options })

test('npx answers the quickstart’s question', () => answersAtHome('npx', ['--no-install', 'nextjs-backend-engineer'], { cwd: installed, env }))

test('a host that starts npx speaks with the program itself', async () => {
  const child = npx([])
  const lines = createInterface({ input: child.stdout })
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: modernMeta } })}\n`)
  const [line] = await once(lines, 'line')
  assert.equal(JSON.parse(line).result._meta['io.modelcontextprotocol/serverInfo'].name, 'nextjs-backend-engineer')
  child.stdin.end()
  assert.deepEqual(await once(child, 'close'), [0, null])
})

test('the program’s exit code and a signal are handed on', async () => {
  const launcher = join(installed, 'node_modules/nextjs-backend-engineer/launcher.js')
  assert.equal(spawnSync('node', [launcher, '--no-such-option'], { env }).status, 2)
  const child = spawn('node', [launcher], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: modernMeta } })}\n`)
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'close'), [143, null])
})

test('without the platform’s package, one sentence says what to do', () => {
  const bare = join(place, 'bare')
  mkdirSync(bare)
  writeFileSync(join(bare, 'package.json'), '{"private": true}')
  npm(bare, 'install', '--ignore-scripts', '--omit=optional', tarballs[1])
  const launcher = join(bare, 'node_modules/nextjs-backend-engineer/launcher.js')
  const { status, stderr } = spawnSync('node', [launcher, '--version'], { env, encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr, /nextjs-backend-engineer-linux-\w+ is not installed.*--include=optional/)
  const named = spawnSync('node', [launcher, '--version'], { env: { ...env, NEXTJS_BACKEND_ENGINEER_BINARY: binary }, encoding: 'utf8' })
  assert.match(named.stdout, /^nextjs-backend-engineer \d/)
})
