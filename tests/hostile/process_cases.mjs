// The process itself: its standard streams, its signals, its end. Stdio only; a socket's end is in connection_cases.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { becomes, binary, call, connect, Door, Program, sleep, slower } from './doors.mjs'

const ping = id => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`

export async function processCases(t) {
  const start = async (options) => {
    const open = await new Door(t, 'stdio', options).open()
    const peer = await open.peer('legacy')
    return { open, peer, program: peer.program }
  }

  await t.test('S70 end of input: the program ends with 0, soon, and answers what it was asked before', async () => {
    const { peer, program, open } = await start()
    peer.send(call('legacy', 1, 'slow', { ms: 300 }))
    peer.write(ping(2).trimEnd())
    peer.end()
    assert.equal(await program.ends(2500), 0)
    assert.deepEqual(peer.messages.map(m => m.id).sort(), [1, 2])
    open.hold()
  })

  await t.test('S71 end of input in mid-message: one error, then 0', async () => {
    const { peer, program } = await start()
    peer.write('{"jsonrpc":"2.0","id":3,"meth')
    peer.end()
    assert.equal(await program.ends(2500), 0)
    assert.deepEqual(peer.messages.map(m => m.error.code), [-32700])
  })

  await t.test('S72 end of input with work that takes too long: it is cancelled, and the program ends', async () => {
    const { peer, program } = await start()
    peer.send(call('legacy', 1, 'slow', { ms: 600_000 }))
    peer.end()
    assert.equal(await program.ends(8000), 0)
    assert.deepEqual(peer.messages, [])
  })

  for (const [signal, code] of [['SIGTERM', 143], ['SIGINT', 130], ['SIGHUP', 129]])
    await t.test(`S73 ${signal} ends it with ${code}, idle or at work`, async () => {
      for (const busy of [false, true]) {
        const { peer, program } = await start()
        if (busy) peer.send(call('legacy', 1, 'slow', { ms: 600_000 }))
        await peer.ping()
        const begun = Date.now()
        program.child.kill(signal)
        assert.equal(await program.ends(3000), code)
        assert.ok(Date.now() - begun < 2000 * slower)
        assert.equal(peer.messages.filter(m => m.id === 1).length, 0)
      }
    })

  await t.test('S73 SIGPIPE, from wherever it comes, ends nothing', async () => {
    const { peer, program } = await start()
    for (let i = 0; i < 10; ++i) program.child.kill('SIGPIPE')
    await peer.ping()
    peer.end()
    assert.equal(await program.ends(3000), 0)
  })

  await t.test('S74 a signal before the first message', async () => {
    const program = new Program(t)
    await sleep(30 * slower)
    program.child.kill('SIGTERM')
    assert.ok([143, 'SIGTERM'].includes(await program.ends(3000)))
  })

  await t.test('S77 nobody reads the replies any more: the program ends', async () => {
    const { peer, program } = await start()
    peer.output.destroy()
    for (let i = 0; i < 50; ++i) peer.write(ping(i))
    assert.equal(await program.ends(3000), 0)
  })

  await t.test('S78 standard streams that are closed, files, or lead nowhere', () => {
    const input = `${process.env.TMPDIR ?? '/tmp'}/nbe-hostile-in-${process.pid}`
    writeFileSync(input, ping(1) + ping(2).trimEnd())
    t.after(() => execFileSync('rm', ['-f', input, `${input}.out`]))
    const pong = id => `{"jsonrpc":"2.0","id":${id},"result":{}}\n`
    const run = script => execFileSync('bash', ['-c', script], {
      env: { ...process.env, P: `${binary} --no-context7`, IN: input, HOME: '/nonexistent' }, encoding: 'utf8', timeout: 15_000 * slower,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    assert.equal(run('$P <"$IN"; echo $?'), pong(1) + pong(2) + '0\n')
    assert.equal(run('$P </dev/null; echo $?; $P <&-; echo $?; $P <&- >&-; echo $?; $P <&- >&- 2>&-; echo $?'), '0\n0\n0\n0\n')
    assert.equal(run('$P <"$IN" >&-; echo $?; $P <"$IN" 2>&-; echo $?; $P <"$IN" >/dev/full; echo $?'), `0\n${pong(1)}${pong(2)}0\n0\n`)
    run('$P <"$IN" >"$IN.out" 2>&1')
    assert.equal(readFileSync(`${input}.out`, 'utf8'), pong(1) + pong(2))
    assert.equal(run('$P <. ; echo $?').trim(), '0') // a folder
  })

  await t.test('S79 a socket opened while standard input is closed is not taken for it', async () => {
    const program = new Program(t, ['--stdio', '--listen', 'unix:s.sock'], {
      wrap: ['bash', '-c', 'exec "$0" "$@" <&- >&-'], stdio: ['ignore', 'pipe', 'pipe'],
    })
    assert.equal(await program.ends(4000), 0)
    assert.match(program.stderr, /listening on unix/)
  })

  await t.test('S83 stopped for a while and continued', async () => {
    const { peer, program } = await start()
    peer.send(call('legacy', 1, 'slow', { ms: 400 }))
    await peer.ping()
    program.child.kill('SIGSTOP')
    for (let i = 10; i < 500; ++i) peer.write(ping(i))
    await sleep(1500)
    program.child.kill('SIGCONT')
    await peer.heard(m => m.id >= 10, 490)
    assert.ok((await peer.response(1)).result)
  })

  await t.test('S84 a log that nobody reads stops nothing', async () => {
    const open = new Door(t, 'stdio')
    const peer = await open.peer('legacy')
    peer.program.child.stderr.pause()
    // Each is worth a line of the log: what the client could not read.
    for (let i = 0; i < 5000; ++i) peer.write(`{"jsonrpc":"2.0","error":{"code":-32700,"message":"${'\\u001b[31mlog'.repeat(20)}"}}\n`)
    await peer.drained()
    await peer.ping()
    await peer.ping()
    peer.end()
    assert.equal(await peer.program.ends(3000), 0)
  })

  await t.test('S53 what a client says reaches the log without control characters', async () => {
    const { peer, open, program } = await start()
    peer.write('{"jsonrpc":"2.0","error":{"code":-32700,"message":"\\u001b[2J\\u001b]0;owned\\u0007\\r\\nforged: line\\u202e"}}\n')
    peer.write(`{"jsonrpc":"2.0","error":{"code":-32700,"message":"${'long'.repeat(5000)}"}}\n`)
    await peer.ping()
    await becomes(2000, () => /forged/.test(program.stderr) || program.stderr, 'the log')
    assert.ok(!/^forged/m.test(program.stderr))
    open.hold()
  })

  await t.test('S92 stdio beside sockets: one end of input ends all, and the socket is gone', async () => {
    const open = await new Door(t, 'stdio', { args: ['--stdio', '--listen', 'unix:s.sock'] }).open()
    const peer = await open.peer('modern')
    await peer.ping()
    const other = await connect(`unix:${peer.program.dir}/s.sock`)
    other.harmless = { method: 'ping' }
    await other.ping()
    peer.end()
    await other.ended
    assert.equal(await peer.program.ends(3000), 0)
    await assert.rejects(connect(`unix:${peer.program.dir}/s.sock`))
  })

  await t.test('S82 an inherited descriptor that is no socket ends the program with a sentence', async () => {
    const fd = openSync('/dev/null', 'r')
    const program = new Program(t, ['--listen', 'fd:3'], { stdio: ['ignore', 'pipe', 'pipe', fd] })
    closeSync(fd)
    assert.equal(await program.ends(3000), 2)
    assert.match(program.stderr, /cannot listen on fd:3/)
  })
}
