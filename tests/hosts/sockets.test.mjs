// The program on Unix and TCP sockets: who may connect, where the file is and who owns it, sockets that were handed
// over, and the official clients at the other end.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { becomes, binary, call, connect, Program, token, tokenKey, tokenLine, within } from '../hostile/doors.mjs'
import { officialClients } from './official_clients.mjs'

const alone = { stdio: ['ignore', 'pipe', 'pipe'] }
const unix = program => `unix:${join(program.dir, 's.sock')}`

async function served(t, args, options = alone, count = undefined) {
  const program = new Program(t, args, options)
  const where = await program.listening(count)
  return { program, where: where.map(at => at.replace(/^unix:(?!\/)/, `unix:${program.dir}/`)) }
}

async function answers(where) {
  const peer = await connect(where)
  peer.harmless = { method: 'ping' }
  await peer.ping()
  peer.destroy()
}

// A program that cannot start: its exit code and what it says.
function refused(args, env = {}) {
  const { status, stderr } = spawnSync(binary, ['--no-context7', ...args], {
    encoding: 'utf8', timeout: 20_000, env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  assert.equal(status, 2, stderr)
  assert.equal(stderr.trim().split('\n').length, 1, stderr)
  return stderr
}

test('a Unix socket is the user\'s alone, and goes with the program', async t => {
  const { program, where: [where] } = await served(t, ['--listen', 'unix:s.sock'])
  const path = join(program.dir, 's.sock')
  assert.equal(statSync(path).mode & 0o7777, 0o600)
  await answers(where)
  program.child.kill('SIGTERM')
  assert.equal(await program.ends(), 143)
  assert.ok(!existsSync(path))
})

test('a socket left by a server that was killed is replaced; a live one is not', async t => {
  const { program } = await served(t, ['--listen', 'unix:s.sock'])
  const path = join(program.dir, 's.sock')
  assert.match(refused(['--listen', `unix:${path}`]), /another server is listening there/)
  await answers(unix(program))
  program.child.kill('SIGKILL')
  await program.exited
  assert.ok(existsSync(path))
  const second = await served(t, ['--listen', `unix:${path}`])
  await answers(`unix:${path}`)
  second.program.child.kill('SIGTERM')
  await second.program.ends()
  assert.ok(!existsSync(path))
})

test('ten servers that start at once at the place of one that was killed: one serves, nine say why not', async t => {
  const { program } = await served(t, ['--listen', 'unix:s.sock'])
  const path = join(program.dir, 's.sock')
  program.child.kill('SIGKILL')
  await program.exited
  const rivals = Array.from({ length: 10 }, () => new Program(t, ['--listen', `unix:${path}`], alone))
  await becomes(15_000, () => rivals.filter(r => r.child.exitCode !== null || /listening on/.test(r.stderr)).length === 10, 'a decision')
  assert.equal(rivals.filter(r => r.child.exitCode === null).length, 1)
  for (const r of rivals.filter(r => r.child.exitCode !== null)) assert.match(r.stderr, /another server is (listening|starting)/)
  await answers(`unix:${path}`)
})

test('what cannot be served ends the program with 2 and one sentence', async t => {
  const { program } = await served(t, ['--listen', 'unix:s.sock'])
  const long = `unix:/tmp/${'x'.repeat(200)}`
  assert.match(refused(['--listen', long]), /at most 107/)
  assert.match(refused(['--listen', 'unix:/nonexistent/s.sock']), /No such file or directory/)
  mkdirSync(join(program.dir, 'folder'))
  assert.match(refused(['--listen', `unix:${program.dir}/folder`]), /not a socket/)
  assert.match(refused(['--listen', 'tcp:127.0.0.1:0']), /needs a token.*--token-file/)
  assert.match(refused(['--listen', 'tcp:0.0.0.0:0', '--token', token]), /--allow-remote/)
  assert.match(refused(['--listen', 'carrier-pigeon:1']), /write unix:\/path\/to\/socket/)
  assert.match(refused(['--listen', 'fd:9']), /no socket was handed over/)
  writeFileSync(join(program.dir, 'token'), token, { mode: 0o644 })
  assert.match(refused(['--listen', 'tcp:127.0.0.1:0', '--token-file', join(program.dir, 'token')]), /chmod 600/)
  // One of several: none is served, and what was opened is gone again.
  const other = join(program.dir, 'other.sock')
  assert.match(refused(['--listen', `unix:${other}`, '--listen', unix(program)]), /another server is listening/)
  assert.ok(!existsSync(other))
  const taken = net.createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await new Promise(r => taken.once('listening', r))
  assert.match(refused(['--listen', `tcp:127.0.0.1:${taken.address().port}`, '--token', token]), /port is in use/)
})

test('several doors at once, each with the token as it was configured', async t => {
  const file = new Program(t, ['--help'], alone)
  await file.exited
  writeFileSync(join(file.dir, 'token'), `${token}\n`, { mode: 0o600 })
  const { where } = await served(
    t, ['--listen', 'unix:a.sock', '--listen', 'tcp:127.0.0.1:0', '--listen', 'tcp:[::1]:0', '--token-file', join(file.dir, 'token')],
    { ...alone, env: { NEXTJS_BACKEND_ENGINEER_TOKEN: '' } })
  assert.match(where[1], /^tcp:127\.0\.0\.1:[1-9]\d*$/)
  await answers(where[0])
  await answers(where[1])
  await answers(where[2].replace('[::1]', '::1'))
})

test('another user is sent away, even where the file lets him in', { skip: process.getuid() !== 0 }, async t => {
  const { program } = await served(t, ['--listen', 'unix:s.sock'])
  const path = join(program.dir, 's.sock')
  const script = `const s = require('net').connect(${JSON.stringify(path)}); s.on('error', e => console.log(e.code)); s.pipe(process.stdout); s.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\\n')`
  const stranger = () => spawnSync(process.execPath, ['-e', script], { uid: 65534, gid: 65534, encoding: 'utf8', timeout: 10_000, cwd: '/' })
  chmodSync(program.dir, 0o755)
  assert.match(stranger().stdout, /EACCES/)
  chmodSync(path, 0o666)
  const { stdout } = stranger()
  assert.match(stdout, /unauthorized/)
  assert.ok(!stdout.includes('result'))
  await answers(unix(program))
})

test('sockets that a service manager opened are served, and left to it', async t => {
  const own = new Program(t, ['--help'], alone)
  await own.exited
  const path = join(own.dir, 'activated.sock')
  const listener = net.createServer().listen(path)
  const tcp = net.createServer().listen(0, '127.0.0.1')
  t.after(() => { listener.close(); tcp.close() })
  await Promise.all([listener, tcp].map(s => new Promise(r => s.once('listening', r))))
  const stdio = ['ignore', 'pipe', 'pipe', listener._handle.fd, tcp._handle.fd]
  const wrap = ['bash', '-c', 'export LISTEN_PID=$$ LISTEN_FDS=2; exec "$0" "$@"']
  const { program, where } = await served(t, [], { stdio, wrap }, 2)
  assert.deepEqual(where, [`unix:${path}`, `tcp:127.0.0.1:${tcp.address().port}`])
  tcp.close() // ours; the program has its own
  await answers(where[1])
  program.child.kill('SIGTERM')
  assert.equal(await program.ends(), 143)
  assert.ok(existsSync(path))
})

test('descriptors that were handed to somebody else are not touched', async t => {
  const tcp = net.createServer().listen(0, '127.0.0.1')
  t.after(() => tcp.close())
  await new Promise(r => tcp.once('listening', r))
  const program = new Program(t, [], { stdio: ['pipe', 'pipe', 'pipe', tcp._handle.fd], env: { LISTEN_PID: '1', LISTEN_FDS: '1' } })
  program.child.stdin.end('{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
  assert.equal(await program.ends(), 0)
  assert.ok(!/listening/.test(program.stderr))
})

test('the token is taken out before the server sees it', async t => {
  const { program, where: [where] } = await served(t, ['--listen', 'tcp:127.0.0.1:0'])
  const peer = await connect(where, { hello: false })
  const first = call('modern', 1, 'echo', { text: 'first' }, { [tokenKey]: token })
  peer.send(first)
  assert.equal((await peer.response(1)).result.content[0].text, 'first')
  program.holdTongue(peer.lines.join('\n'))
})

// A host that only starts processes reaches a socket through one that copies bytes.
const bridge = (where, hello) => {
  const to = where.startsWith('tcp:') ? { port: Number(where.split(':').pop()), host: '127.0.0.1' } : { path: where.slice(5) }
  const script = `const s = require('net').connect(${JSON.stringify(to)}); s.write(${JSON.stringify(hello)}); process.stdin.pipe(s); s.pipe(process.stdout); s.on('close', () => process.exit())`
  return { command: process.execPath, args: ['-e', script], stderr: 'ignore' }
}

for (const { name, connect: attach, version, expected, call: callTool } of officialClients)
  test(`over sockets: ${name}`, async t => {
    const { where } = await served(t, ['--listen', 'unix:s.sock', '--listen', 'tcp:127.0.0.1:0'])
    assert.equal(where.length, 2)
    for (const at of where) {
      const client = await within(20_000, attach(bridge(at, at.startsWith('tcp:') ? tokenLine : '')), 'the handshake')
      assert.equal(version?.(client), expected)
      const { tools } = await client.listTools()
      assert.ok(tools.some(tool => tool.name === 'slow'))
      const beats = []
      const slept = await callTool(client, { name: 'slow', arguments: { ms: 700 } }, { onprogress: p => beats.push(p) })
      assert.equal(slept.content[0].text, 'slept 700 ms')
      assert.ok(beats.length >= 2)
      await client.close()
    }
  })

test('test tools are offered only when they are asked for', async () => {
  const child = spawn(binary, ['--no-context7'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end('{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}\n')
  let heard = ''
  for await (const data of child.stdout) heard += data
  const names = JSON.parse(heard).result.tools.map(tool => tool.name)
  assert.ok(!names.includes('echo') && !names.includes('slow'), String(names))
})
