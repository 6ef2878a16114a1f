// The Containerfile, read: no engine runs here. It installs what the build needs and no less, copies what is there, and starts
// the program with words that the program knows.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'server/app/package/container/Containerfile'), 'utf8')
// Instructions with their continuations, without comments.
const instructions = text.replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, ' ').trim().split('\n').filter(Boolean)
  .map(line => /^([A-Z]+) (.*)$/.exec(line) ?? assert.fail(`no instruction: ${line}`)).map(([, name, words]) => ({ name, words }))
const of = name => instructions.filter(one => one.name === name).map(one => one.words)
const installed = of('RUN').flatMap(words => [...words.matchAll(/apt-get install -y --no-install-recommends ([^&]+)/g)].map(([, names]) => names.trim().split(/\s+/)))

test('it is made of known instructions, on pinned stages', () => {
  const known = ['FROM', 'RUN', 'WORKDIR', 'COPY', 'USER', 'VOLUME', 'EXPOSE', 'ENTRYPOINT']
  assert.deepEqual(instructions.filter(one => !known.includes(one.name)), [])
  assert.deepEqual(of('FROM'), ['debian:12-slim AS build', 'debian:12-slim'])
  assert.ok(instructions.findIndex(one => one.name === 'USER') < instructions.findIndex(one => one.name === 'ENTRYPOINT'))
  assert.notEqual(of('USER')[0], 'root')
})

test('it installs the packages that the build has everywhere, and Debian has all of them', t => {
  const everywhere = execFileSync('bash', ['-c', '. .ci/install.sh; echo "${build_packages[@]}"'], { cwd: root, encoding: 'utf8' }).trim().split(/\s+/)
  assert.deepEqual(everywhere.filter(name => !installed[0].includes(name)), [])
  if (!readdirSync('/var/lib/apt/lists').some(name => name.includes('Packages'))) return t.diagnostic('this machine has no list of packages')
  for (const name of installed.flat()) assert.equal(spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status, 0, `${name} is no package of Debian`)
})

test('the libraries that the program loads are there', () => {
  const binary = join(process.env.NBE_BUILD, 'nextjs-backend-engineer')
  const needed = [...execFileSync('ldd', [binary], { encoding: 'utf8' }).matchAll(/^\s*(lib\S+) =>/gm)].map(([, name]) => name)
  const base = ['libc.so.6', 'libm.so.6', 'libgcc_s.so.1', 'libstdc++.so.6', 'libdl.so.2', 'libpthread.so.0']
  assert.deepEqual(needed.filter(name => !base.includes(name)), [])
  assert.ok(installed[1].includes('libcurl4'), 'which is loaded when it is first needed')
})

test('it starts the program with words that it knows', t => {
  const place = mkdtempSync(join(tmpdir(), 'nbe-container-'))
  t.after(() => rmSync(place, { recursive: true, force: true }))
  writeFileSync(join(place, 'token'), 'a-token-of-more-than-16-bytes\n', { mode: 0o600 })
  const [, ...words] = JSON.parse(of('ENTRYPOINT')[0]).map(word => word.replace('/run/secrets/token', join(place, 'token')).replace('/project', join(root, 'examples/next-app')).replace('0.0.0.0:3333', '127.0.0.1:0'))
  const ran = spawnSync('timeout', ['3', join(process.env.NBE_BUILD, 'nextjs-backend-engineer'), ...words], { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: place } })
  assert.match(ran.stderr, /listening on http:\/\/127\.0\.0\.1:\d+/)
})
