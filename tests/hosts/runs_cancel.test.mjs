// How a run is stopped, by whom, and by whom not: the transfer ends at once, and the run says what happened to it.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import net from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startContext7Rest } from '../fakes/context7_rest.mjs'
import { start as startModel } from '../fakes/messages_server.mjs'
import { calling, modernHeaders, openSession, bytes, Raw } from './http_support.mjs'
import { alive, call, descendants, finish, route, text, turn } from './product.mjs'
import { Host, kept, listed, name, place, runIdIn, slower, terminal, textOf, until, withTasks } from './runs_support.mjs'
import { binary, modernMeta, within } from './support.mjs'

let model
let rest
before(async () => {
  model = await startModel()
  rest = await startContext7Rest()
})
after(() => { model.close(); return rest.close() })

const write = turn(call('write_file', { path: 'app/api/import/route.ts', content: route }, 'toolu_w'),
  call('query_docs', { library: 'zod', question: 'safeParse' }, 'toolu_q'))
const endless = { ...turn(text('a long answer '.repeat(20_000))), stream: { delay: 20 } }
const task = { task: 'Add an import route' }

// The transfer of this request is on its way.
const streaming = async (n = 1) => { await until(() => model.journal.length > n, `request ${n + 1}`); await sleep(60) }
async function assertStopped(since, n = 1) {
  const entry = model.journal[n]
  await until(() => entry.disconnected, 'the end of the transfer', 2000)
  assert.ok(entry.disconnected - since < 200 * slower, `${entry.disconnected - since} ms`)
}
// What was done is kept, with who stopped it.
async function assertCancelled(where, why, id) {
  id ??= (await listed(where))[0].run_id
  const run = await until(async () => { const r = await kept(where, id); return r.state !== 'working' && r }, 'its end')
  assert.equal(run.state, 'cancelled')
  assert.equal(run.outcome.status, 'cancelled')
  assert.match(run.outcome.reason, why)
  assert.deepEqual(run.files.map(f => f.path), ['app/api/import/route.ts'])
  return run
}
const play = () => model.play(write, endless)

test('by a notification', async t => {
  play()
  const where = place(t, { model })
  const host = new Host(t, where)
  host.begin('mine', task)
  await streaming()
  const since = model.now()
  host.notify('notifications/cancelled', { requestId: 'mine' })
  await assertStopped(since)
  await assertCancelled(where, /by the client/)
  assert.ok(!host.response('mine'))
  // Nobody wants it now: the same call is a new run.
  model.play(turn(text('New.')))
  assert.match(textOf(await host.engineer(task)), /New\./)
  assert.equal(model.journal[0].body.includes('toolu_w'), false)
  await host.close()
})

test('by a notification of one of two who watch: only the second ends it', async t => {
  play()
  const where = place(t, { model })
  const host = new Host(t, where)
  host.begin('one', task)
  await streaming()
  host.begin('two', task)
  await sleep(100)
  host.notify('notifications/cancelled', { requestId: 'one' })
  await sleep(300)
  assert.ok(!model.journal[1].disconnected)
  const since = model.now()
  host.notify('notifications/cancelled', { requestId: 'two' })
  await assertStopped(since)
  await assertCancelled(where, /by the client/)
  await host.close()
})

test('by the tool', async t => {
  play()
  const where = place(t, { model, args: ['--inline-budget', '1'] })
  const host = new Host(t, where)
  const run_id = runIdIn(textOf(await host.engineer(task)))
  await streaming()
  const since = model.now()
  assert.match(textOf(await host.tool(`${name}_cancel`, { run_id })), /^Cancelled\./)
  await assertStopped(since)
  await assertCancelled(where, /nextjs_backend_engineer_cancel/, run_id)
  const said = textOf(await host.poll({ run_id }))
  assert.match(said, /^> \*\*Cancelled with/)
  assert.ok(said.includes(route))
  assert.match(textOf(await host.tool(`${name}_cancel`, { run_id })), /ended already/)
  const none = await host.tool(`${name}_cancel`, { run_id: '0'.repeat(32) })
  assert.equal(none.result.isError, true)
  await host.close()
})

test('by tasks/cancel', async t => {
  play()
  const where = place(t, { model })
  const host = new Host(t, where)
  const { result: { taskId } } = await host.engineer(task, withTasks)
  await streaming()
  const since = model.now()
  assert.ok((await host.modern('tasks/cancel', { taskId }, withTasks)).result)
  await assertStopped(since)
  await assertCancelled(where, /by the client/)
  await host.task(taskId, 'cancelled')
  await host.close()
})

test('by tasks/cancel as the first that the next server hears', async t => {
  play()
  const where = place(t, { model })
  const host = new Host(t, where)
  const { result: { taskId } } = await host.engineer(task, withTasks)
  await streaming()
  await host.kill()
  model.play(endless)
  const next = new Host(t, where)
  assert.ok((await next.modern('tasks/cancel', { taskId }, withTasks)).result)
  await assertCancelled(where, /by the client/)
  assert.ok(model.journal.every(entry => entry.disconnected), 'a transfer goes on')
  await next.close()
})

// ---- over HTTP ------------------------------------------------------------------------------------------------------

async function served(t, where, at = 'http://127.0.0.1:0') {
  const child = spawn(binary, [...where.args, '--listen', at], { env: where.env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const server = { child, stderr: '' }
  child.stderr.setEncoding('utf8').on('data', words => (server.stderr += words))
  const address = await until(() => /listening on (\S+)\n/.exec(server.stderr)?.[1], 'listening')
  server.port = Number(/:(\d+)/.exec(address)?.[1])
  return server
}

for (const leave of ['destroy', 'end', 'resetAndDestroy'])
  test(`by a stream that is closed (${leave}), modern HTTP`, async t => {
    play()
    const where = place(t, { model })
    const server = await served(t, where)
    const raw = new Raw(t, server)
    raw.send(calling(server, name, task, { meta: { progressToken: 1 } }))
    await streaming()
    await raw.until(r => r.text.includes('notifications/progress'))
    const since = model.now()
    raw.socket[leave]()
    await assertStopped(since)
    await assertCancelled(where, /by the client/)
  })

test('not by a stream that is closed in a legacy session, but by its notification', async t => {
  play()
  const where = place(t, { model })
  const server = await served(t, where)
  const session = await openSession(t, server)
  const legacy = (message, more = {}) => bytes(server, JSON.stringify({ jsonrpc: '2.0', ...message }), { ...session, ...more })
  const raw = new Raw(t, server)
  raw.send(legacy({ id: 7, method: 'tools/call', params: { name, arguments: task, _meta: { progressToken: 1 } } }))
  await streaming()
  raw.socket.destroy()
  await sleep(400)
  assert.ok(!model.journal[1].disconnected)
  const since = model.now()
  const other = new Raw(t, server)
  other.send(legacy({ method: 'notifications/cancelled', params: { requestId: 7 } }))
  assert.equal((await other.response()).status, 202)
  await assertStopped(since)
  await assertCancelled(where, /by the client/)
})

// ---- nobody cancels by leaving --------------------------------------------------------------------------------------

test('not by a stdio client that goes: the run is interrupted, and the next server goes on', async t => {
  play()
  const where = place(t, { model })
  const host = new Host(t, where)
  host.begin('mine', task)
  await streaming()
  await host.close()
  const [{ run_id, state }] = await listed(where)
  assert.equal(state, 'interrupted')
  model.play(turn(finish()))
  const next = new Host(t, where)
  const said = textOf(await next.engineer(task))
  assert.equal(runIdIn(said), run_id)
  assert.ok(said.includes(route))
  assert.equal(model.journal.length, 1)
  await next.close()
})

test('not by a socket that is closed: the run goes on, and its result is there', async t => {
  model.play(write, { ...turn(finish()), stream: { delay: 60 } })
  const where = place(t, { model })
  await served(t, where, `unix:${join(where.env.XDG_STATE_HOME, 's.sock')}`)
  const socket = net.connect(join(where.env.XDG_STATE_HOME, 's.sock'))
  t.after(() => socket.destroy())
  socket.write(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: task, _meta: modernMeta() } }) + '\n')
  await streaming()
  socket.destroy()
  const [{ run_id }] = await listed(where)
  await until(async () => (await kept(where, run_id)).state === 'completed', 'its end')
  assert.equal(model.journal.length, 2)
  assert.ok(!model.journal[1].disconnected)
})

// ---- the end of the program -----------------------------------------------------------------------------------------

test('Ctrl-C at the terminal cancels the run of ask', async t => {
  play()
  const where = place(t, { model })
  const child = spawn(binary, ['ask', task.task, ...where.args], { env: where.env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const ended = new Promise(resolve => child.on('close', resolve))
  await streaming()
  const since = model.now()
  child.kill('SIGINT')
  await assertStopped(since)
  assert.equal(await within(5000 * slower, ended, 'the end'), 130)
  await assertCancelled(where, /at the terminal/)
})

test('SIGTERM ends ask too, and its run goes on with runs resume', async t => {
  play()
  const where = place(t, { model })
  const child = spawn(binary, ['ask', task.task, ...where.args], { env: where.env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const ended = new Promise(resolve => child.on('close', resolve))
  await streaming()
  child.kill('SIGTERM')
  assert.equal(await within(5000 * slower, ended, 'the end'), 143)
  const [{ run_id, state }] = await listed(where)
  assert.equal(state, 'interrupted')
  model.play(turn(finish()))
  const { stdout, stderr, code } = await terminal(where, ['runs', 'resume', run_id.slice(0, 8)])
  assert.equal(code, 0, stderr)
  assert.ok(stdout.includes(route))
  assert.equal(model.journal.length, 1)
})

test('SIGTERM in the middle of several runs: over in 2 s, all journaled, no children, and the next server goes on', async t => {
  const tasks = ['one', 'two', 'three', 'four'].map(which => ({ task: `Write part ${which}` }))
  const of = body => tasks.findIndex(({ task }) => JSON.stringify(body.messages[0]).includes(task))
  const file = n => ({ path: `lib/part${n}.ts`, content: `export const part = ${n}\n` })
  // Its first turn each, and then nothing.
  model.play(body => body.messages.length > 1 ? endless : turn(call('write_file', file(of(body))), call('query_docs', { library: 'zod', question: 'x' })))
  const where = place(t, { model, rest })
  const host = new Host(t, where)
  host.patience = 60_000
  const { result: { taskId } } = await host.engineer(tasks[0], withTasks)
  for (const [n, args] of tasks.slice(1).entries()) host.begin(`call-${n}`, args, { progressToken: n })
  const listening = host.modern('subscriptions/listen', { notifications: { taskIds: [taskId] } }, withTasks)
  await until(() => model.journal.length === 8, 'the second turn of each', 60_000)
  await sleep(100)
  const children = descendants(host.child.pid)
  assert.ok(children.length > 0, 'Context7 runs')
  const begun = performance.now()
  await host.kill('SIGTERM')
  assert.ok(performance.now() - begun < 2000 * slower, `${performance.now() - begun} ms`)
  await listening
  assert.deepEqual(children.filter(alive), [])
  await until(() => model.journal.slice(4).every(entry => entry.disconnected), 'the end of every transfer')
  // To its client the task has not ended.
  for (const m of host.received.filter(m => m.method === 'notifications/tasks')) assert.equal(m.params.status, 'working')
  for (const run of await listed(where)) {
    assert.equal(run.state, 'interrupted')
    const { turns, files } = await kept(where, run.run_id)
    assert.equal(turns, 1)
    assert.equal(files.length, 1)
  }

  model.play(() => turn(finish()))
  const next = new Host(t, where)
  next.patience = 60_000
  const said = await Promise.all(tasks.slice(1).map(args => next.engineer(args)))
  for (const [n, reply] of said.entries()) assert.ok(textOf(reply).includes(file(n + 1).content))
  assert.ok((await next.task(taskId)).result.content[0].text.includes(file(0).content))
  assert.equal(model.journal.length, 4)
  await next.close()
  assert.equal((await listed(where)).length, 4)
})
