// The terminal front: the answer on stdout, progress on stderr, exit codes that mean something.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { start as startModel } from '../fakes/messages_server.mjs'
import { call, finish, key, route, setup, text, turn } from './product.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

function ask(t, options, ...words) {
  const { args, env } = setup(t, options)
  const child = spawn(process.env.NBE_BINARY, ['ask', ...words, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const run = { child, stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', d => (run.stdout += d))
  child.stderr.setEncoding('utf8').on('data', d => (run.stderr += d))
  run.done = once(child, 'close').then(([code]) => ({ ...run, stdout: run.stdout, stderr: run.stderr, code }))
  return run
}

test('ask prints the answer on stdout, the phases on stderr, and exits with 0', async t => {
  model.play(turn(call('write_file', { path: 'app/api/import/route.ts', content: route }), call('query_docs', { library: 'zod', question: 'safeParse' })), turn(finish()))
  const { stdout, stderr, code } = await ask(t, { model }, 'Add an import route').done
  assert.equal(code, 0, stderr)
  assert.ok(stdout.includes(route))
  assert.match(stderr, /Reading the project[^]*Looking up documentation[^]*Thinking \(turn 1, claude-sonnet-5-5\)[^]*write_file: app\/api\/import\/route\.ts/)
  assert.ok(!(stdout + stderr).includes(key))
  assert.ok(!stdout.includes('\x1b'))
})

test('ask --json prints one JSON object', async t => {
  model.play(turn(text('An explanation.')))
  const { stdout, code } = await ask(t, { model }, 'Explain the proxy', '--json', '--mode', 'explain').done
  assert.equal(code, 0)
  const outcome = JSON.parse(stdout)
  assert.equal(outcome.status, 'completed')
  assert.equal(outcome.answer.approach, 'An explanation.')
  assert.equal(outcome.account.turns, 1)
  assert.ok(outcome.documentation.length > 0)
})

test('ask reads the task from stdin', async t => {
  model.play(turn(text('Read.')))
  const run = ask(t, { model }, '-')
  run.child.stdin.end('Explain the task on stdin')
  const { code } = await run.done
  assert.equal(code, 0)
  assert.match(model.journal[0].body, /Explain the task on stdin/)
})

test('exit codes: 1 wrong key, 2 wrong usage, 3 a limit, 4 a refusal', async t => {
  model.play()
  const wrongKey = await ask(t, { model, env: { ANTHROPIC_API_KEY: 'wrong-key-1234567' } }, 'x').done
  assert.equal(wrongKey.code, 1)
  assert.match(wrongKey.stderr, /ANTHROPIC_API_KEY/)
  assert.equal(wrongKey.stdout, '')

  const usage = await ask(t, { model }, 'x', '--mode', 'improve').done
  assert.equal(usage.code, 2)
  assert.match(usage.stderr, /--mode.*implement, plan, review, explain/)

  model.play(turn(call('write_file', { path: 'lib/a.ts', content: 'export const a = 1\n' })), turn(call('list_files', {})))
  const limit = await ask(t, { model }, 'x', '--max-turns', '2').done
  assert.equal(limit.code, 3)
  assert.match(limit.stdout, /^> \*\*Stopped after 2 turns[^]*lib\/a\.ts/)

  model.play({ ...turn(text('')), blocks: [], stop_reason: 'refusal', stop_details: { type: 'refusal', category: 'cyber', explanation: 'no' } })
  const refusal = await ask(t, { model }, 'x').done
  assert.equal(refusal.code, 4)
  assert.match(refusal.stderr, /refused[^]*cyber/)
})

test('Ctrl-C cancels: the transfer ends, and the exit code is 130', async t => {
  model.play({ hang: true })
  const run = ask(t, { model }, 'x')
  while (!model.journal[0]) await sleep(10)
  run.child.kill('SIGINT')
  const { code } = await run.done
  assert.equal(code, 130)
  while (!model.journal[0].disconnected) await sleep(10)
})

test('a key from a file and from a command is used and not printed', async t => {
  model.play(turn(text('One.')))
  const viaCommand = await ask(t, { model, env: { ANTHROPIC_API_KEY: '' }, args: ['--key-command', `sh -c 'echo ${key}'`] }, 'x', '--mode', 'explain').done
  assert.equal(viaCommand.code, 0, viaCommand.stderr)
  assert.match(viaCommand.stdout, /One\./)
  assert.ok(!(viaCommand.stdout + viaCommand.stderr).includes(key))
  const missing = await ask(t, { model, env: { ANTHROPIC_API_KEY: '' }, args: ['--key-file', '/nonexistent/key'] }, 'x').done
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /\/nonexistent\/key/)
})

test('--libraries is laid over what is known of packages, and is refused where it is wrong', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'nbe-libraries-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'ours.json')
  const args = ['--libraries', file]
  const next = { topics: [{ when: ['frobnicate*'], ask: 'frobnication of notes' }], renamed: [{ was: ['frobnicator'], note: 'The frobnicator is called frob now.' }] }
  writeFileSync(file, JSON.stringify({ libraries: { next } }))
  model.play(turn(text('Done.')))
  const { code, stdout, stderr } = await ask(t, { model, args }, 'Frobnicate it with the frobnicator', '--json', '--mode', 'explain').done
  assert.equal(code, 0, stderr)
  assert.ok(JSON.parse(stdout).documentation.some(one => one.library === 'next' && one.question === 'frobnication of notes'))
  const [{ content }] = JSON.parse(model.journal[0].body).messages
  assert.match(JSON.stringify(content), /Version notes for this task\\n\\n- The frobnicator is called frob now\./)

  writeFileSync(file, JSON.stringify({ libraries: { zod: { topic: [] } } }))
  const wrong = await ask(t, { model, args }, 'x').done
  assert.equal(wrong.code, 2)
  assert.ok(wrong.stderr.includes(`--libraries: ${file}: libraries.zod: no member "topic"; did you mean "topics"?`), wrong.stderr)
  const missing = await ask(t, { model, env: { NEXTJS_BACKEND_ENGINEER_LIBRARIES: join(folder, 'none.json') } }, 'x').done
  assert.equal(missing.code, 2)
  assert.match(missing.stderr, /none\.json cannot be opened: No such file/)
})
