// Each example of examples/clients does a task, shows how it goes, and has the answer though the run outlasts the call.

import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { call, finish, route, setup, turn } from './product.mjs'

const examples = join(import.meta.dirname, '../../examples/clients')
const task = 'Add an import route'

let model
before(async () => { model = await startModel() })
after(() => model.close())

// Turns that take a while: `delay` ms an event.
const play = delay => model.play(...[
  turn(call('write_file', { path: 'app/api/import/route.ts', content: route })),
  turn(call('query_docs', { library: 'zod', question: 'safeParse' })),
  turn(finish()),
].map(step => ({ ...step, stream: { delay } })))

const answer = /A route handler with a schema\.[^]*app\/api\/import\/route\.ts/

async function run(words, env, what) {
  const child = spawn(words[0], words.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const limit = setTimeout(() => child.kill('SIGKILL'), 120_000)
  let stdout = '', stderr = ''
  child.stdout.setEncoding('utf8').on('data', d => (stdout += d))
  child.stderr.setEncoding('utf8').on('data', d => (stderr += d))
  const [code] = await once(child, 'close')
  clearTimeout(limit)
  assert.equal(code, 0, `${what}: ${stdout}${stderr}`)
  return { stdout, stderr }
}

for (const name of ['typescript-sdk-v1', 'typescript-sdk-v2', 'openai-agents', 'langchain', 'ai-sdk']) {
  test(`${name}.mjs has the answer of a run that was handed over`, async t => {
    play(25)
    const { args, env } = setup(t, { model, args: ['--inline-budget=1'] })
    const { stdout, stderr } = await run([process.execPath, join(examples, `${name}.mjs`), task, ...args],
      { ...env, NEXTJS_BACKEND_ENGINEER: process.env.NBE_BINARY, XDG_STATE_HOME: env.XDG_STATE_HOME }, name)
    assert.match(stdout, answer)
    assert.match(stderr, /run_id|still|[Tt]hinking|Looking up/, 'nothing was said on the way')
    assert.equal(model.journal.length, 3)
  })
}

// Their packages are not on npm, and the tests need nothing from anywhere else: they are read, not run.
test('the Python examples are Python', () => {
  for (const name of ['python_sdk.py', 'openai_agents.py'])
    execFileSync('python3', ['-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])', join(examples, name)])
})

// A server, and the first line of its log that `says` where it listens.
async function listening(t, listen, more = []) {
  const { args, env } = setup(t, { model, args: ['--listen', listen, ...more] })
  const child = spawn(process.env.NBE_BINARY, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  t.after(async () => { child.kill('SIGTERM'); if (child.exitCode === null) await once(child, 'exit') })
  for await (const line of createInterface({ input: child.stderr })) {
    const where = /(http:\/\/\S+|unix:\S+)/.exec(line)
    if (where) return where[1]
  }
}

function folder(t) {
  const made = mkdtempSync(join(tmpdir(), 'nbe-ex-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

test('curl.sh shows progress and the answer as events', async t => {
  play(0)
  const url = await listening(t, 'http://127.0.0.1:0')
  const { stdout } = await run([join(examples, 'curl.sh'), url, task], process.env, 'curl')
  const events = stdout.split('\n').filter(line => line.startsWith('data: ')).map(line => JSON.parse(line.slice(6)))
  assert.ok(events.some(event => event.method === 'notifications/progress'))
  assert.match(events.at(-1).result.content[0].text, answer)
})

test('socat.sh does the same on a Unix socket', async t => {
  play(0)
  const path = join(folder(t), 's.sock')
  await listening(t, `unix:${path}`)
  const { stdout } = await run([join(examples, 'socat.sh'), path, task], process.env, 'socat')
  const lines = stdout.trim().split('\n').map(line => JSON.parse(line))
  assert.ok(lines.some(line => line.method === 'notifications/progress'))
  assert.match(lines.at(-1).result.content[0].text, answer)
})

const nginx = ['nginx', '/usr/sbin/nginx', process.env.NBE_NGINX].find(name => name && spawnSync(name, ['-v']).status === 0)
test('nginx.conf carries progress and the answer to who has the token', { skip: nginx ? false : 'nginx is not installed' }, async t => {
  play(0)
  const here = folder(t)
  writeFileSync(join(here, 'token'), 'a-token-for-the-team-0123456789\n', { mode: 0o600 })
  const url = await listening(t, 'http://127.0.0.1:0', ['--token-file', join(here, 'token'), '--allow-host', 'mcp.example.com'])
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address()
  free.close()
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=mcp.example.com', '-addext', 'subjectAltName=DNS:mcp.example.com',
    '-keyout', join(here, 'key.pem'), '-out', join(here, 'cert.pem')], { stdio: 'ignore' })
  const site = readFileSync(join(examples, 'nginx.conf'), 'utf8')
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('/etc/ssl/mcp.example.com.pem', join(here, 'cert.pem')).replace('/etc/ssl/mcp.example.com.key', join(here, 'key.pem'))
    .replaceAll('http://127.0.0.1:3333', new URL(url).origin)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(one => `${one}_temp_path ${here}/${one};`).join('\n')
  writeFileSync(join(here, 'nginx.conf'), `daemon off; pid ${here}/pid; error_log stderr;\nevents {}\nhttp { access_log off; ${paths}\n${site} }\n`)
  const proxy = spawn(nginx, ['-p', here, '-c', join(here, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] })
  t.after(async () => { proxy.kill('SIGTERM'); if (proxy.exitCode === null) await once(proxy, 'exit') })
  const bin = folder(t)
  writeFileSync(join(bin, 'curl'), `#!/bin/sh\nexec ${execFileSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).trim()} --retry 20 --retry-connrefused --retry-delay 1 --cacert ${here}/cert.pem --resolve mcp.example.com:${port}:127.0.0.1 "$@"\n`, { mode: 0o755 })
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NEXTJS_BACKEND_ENGINEER_TOKEN: 'a-token-for-the-team-0123456789' }
  const { stdout } = await run([join(examples, 'curl.sh'), `https://mcp.example.com:${port}/mcp`, task], env, 'nginx')
  assert.match(stdout, /notifications\/progress/)
  assert.match(stdout.replaceAll('\\n', '\n'), answer)
})
