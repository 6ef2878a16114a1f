// Whatever standard input and output are: files, pipes that are shared, terminals' cousins, or closed.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { Wire, probe } from './support.mjs'

const ping = id => JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' }) + '\n'
const pong = id => JSON.stringify({ jsonrpc: '2.0', id, result: {} }) + '\n'

// A shell with $SERVER and $DIR; its output.
async function shell(t, script) {
  const dir = await mkdtemp(join(tmpdir(), 'nbe-stdio-'))
  t.after(() => rm(dir, { recursive: true }))
  await writeFile(join(dir, 'in'), ping(1) + ping(2).trimEnd())
  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    env: { PATH: process.env.PATH, SERVER: probe('echo_server'), DIR: dir }, timeout: 30_000, killSignal: 'SIGKILL',
  })
  return { stdout, read: name => readFile(join(dir, name), 'utf8') }
}

test('a file in, a file out, and a last line without its newline', async t => {
  const { read } = await shell(t, '"$SERVER" <"$DIR/in" >"$DIR/out"')
  assert.equal(await read('out'), pong(1) + pong(2))
})

test('nothing in, and nowhere to write', async t => {
  const { stdout } = await shell(
    t, 'for to in /dev/null "$DIR/out"; do "$SERVER" </dev/null >"$to"; echo $?; done; "$SERVER" <"$DIR/in" >/dev/null; echo $?')
  assert.equal(stdout, '0\n0\n0\n')
})

test('closed descriptors', async t => {
  const { stdout } = await shell(
    t, '"$SERVER" <&-; echo $?; "$SERVER" <"$DIR/in" >&-; echo $?; "$SERVER" <"$DIR/in" 2>&-; echo $?')
  assert.equal(stdout, `0\n0\n${pong(1)}${pong(2)}0\n`)
})

test('a reader that goes away ends the server, which is not killed by it', async t => {
  const { stdout } = await shell(
    t, `(cat "$DIR/in"; echo; for i in {1..2000}; do cat "$DIR/in"; echo; done; sleep 0.3; cat "$DIR/in") |
        ("$SERVER"; echo $? >"$DIR/code") | head -c 30 >/dev/null; cat "$DIR/code"`)
  assert.equal(stdout, '0\n')
})

test('a pipe that others share is left as it was', async t => {
  const { stdout } = await shell(t, `
    { "$SERVER" <"$DIR/in" >&3; grep flags /proc/self/fdinfo/3; } 3>&1 | cat
    cat "$DIR/in" | { "$SERVER" >/dev/null; grep flags /proc/self/fdinfo/0; }`)
  const nonblocking = 0o4000
  const flags = [...stdout.matchAll(/flags:\s+(\d+)/g)].map(m => parseInt(m[1], 8))
  assert.equal(flags.length, 2)
  assert.ok(flags.every(f => (f & nonblocking) === 0))
})

test('a terminal', async t => {
  const { stdout } = await shell(t, `stty() { :; }; (cat "$DIR/in"; echo; sleep 2; printf '\\004') |
    timeout 20 script -qec "$SERVER" /dev/null | tr -d '\\r' | grep -c result`)
  assert.equal(stdout.trim(), '2')
})

test('what is in flight when the input ends is still answered', async t => {
  const wire = new Wire(t, probe('echo_server'))
  wire.version = '2025-11-25'
  wire.send({ id: 1, method: 'initialize', params: {
    protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } } })
  wire.send({ id: 2, method: 'tools/call', params: { name: 'echo', arguments: { text: 'late', steps: 10 } } })
  await wire.close()
  assert.equal(wire.received.find(m => m.id === 2).result.content[0].text, 'late')
})

test('replies that are larger than a pipe arrive whole, in order', async t => {
  const wire = new Wire(t, probe('echo_server'))
  await wire.open('2025-11-25')
  const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(200_000))
  const replies = await Promise.all(
    texts.map(text => wire.result('tools/call', { name: 'echo', arguments: { text } })))
  assert.deepEqual(replies.map(r => r.content[0].text), texts)
  await wire.close()
})
