// One run, whichever way its client can take it: held open with progress, handed over and asked for again, as a task;
// found again by the same call, and gone on with by a further task.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { start as startModel } from '../fakes/messages_server.mjs'
import { call, finish, route, text, turn } from './product.mjs'
import { assertOneConversation, Host, kept, listed, name, place, runIdIn, slower, textOf, turnsIn, until, withTasks } from './runs_support.mjs'
import { binary } from './support.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

// A turn that takes about so long.
const lasting = (ms, step) => {
  const events = step.blocks.reduce((n, b) => n + 3 + Math.ceil((b.text ?? JSON.stringify(b.input)).length / (b.text ? 9 : 7)), 3)
  return { ...step, stream: { delay: Math.max(1, Math.round(ms / events)) } }
}
const reading = n => turn(call('list_files', { glob: `app/**/*${n}*` }))
const writing = [
  turn(call('write_file', { path: 'app/api/import/route.ts', content: route }), call('query_docs', { library: 'zod', question: 'safeParse' })),
  turn(finish()),
]
const askedOnce = turns => {
  assert.deepEqual(model.journal.map(turnsIn), Array.from({ length: turns }, (_, i) => i))
  assertOneConversation(model.journal)
}
const news = said => said.split('\n').filter(line => line.startsWith('- '))

test('the v1 client with its time limit: handed over, asked for again with something new each time, then the whole result', async t => {
  model.play(...[1, 2, 3, 4, 5, 6].map(n => lasting(1000, reading(n))), ...writing)
  const { args, env } = place(t, { model, args: ['--inline-budget', '1'] })
  const client = new ClientV1({ name: 'tests', version: '1' })
  await client.connect(new StdioClientTransport({ command: binary, args, env, stderr: 'ignore' }))
  t.after(() => client.close())
  const limit = { timeout: 2500 * slower } // a run takes three times as long
  const first = await client.callTool({ name, arguments: { task: 'Add an import route' } }, undefined, limit)
  let said = first.content[0].text
  assert.match(said, /^\*\*Still working\*\* after \d+ s: /)
  assert.match(said, /Call nextjs_backend_engineer_result with run_id "[0-9a-f]{32}" now: it waits up to 1 s/)
  const run_id = runIdIn(said)
  const polls = [said]
  const told = news(said)
  let result
  while (said.startsWith('**Still working**')) {
    result = await client.callTool({ name: `${name}_result`, arguments: { run_id } }, undefined, limit)
    said = result.content[0].text
    assert.ok(!polls.includes(said), `nothing new: ${said}`)
    polls.push(said)
    if (said.startsWith('**Still working**')) told.push(...news(said))
  }
  assert.ok(polls.length >= 4, `${polls.length} polls`)
  assert.equal(new Set(told).size, told.length, `told twice: ${told.join('\n')}`)
  assert.ok(told.length >= 5, told.join('\n'))
  assert.ok(!result.isError, said)
  assert.ok(said.includes(route))
  askedOnce(8)
})

test('a wait of no seconds is answered at once, a long one no later than the client waits', async t => {
  model.play({ hang: true })
  const host = new Host(t, place(t, { model, args: ['--inline-budget', '1'] }))
  const run_id = runIdIn(textOf(await host.engineer({ task: 'Explain', mode: 'explain' })))
  const timed = async wait_seconds => {
    const begun = performance.now()
    assert.match(textOf(await host.poll({ run_id, wait_seconds })), /^\*\*Still working/)
    return performance.now() - begun
  }
  assert.ok(await timed(0) < 300 * slower)
  const long = await timed(3600)
  assert.ok(long > 900 && long < 1500 * slower, `${long} ms`)
  const wrong = await host.poll({ run_id, wait_seconds: -1 })
  assert.equal(wrong.result.isError, true)
  const none = await host.poll({ run_id: 'f'.repeat(32) })
  assert.equal(none.result.isError, true)
  assert.match(textOf(none), /no such run/)
  await host.close()
})

test('the budget is what the flag says of this client, and the client that waits longer gets the result itself', async t => {
  model.play(lasting(2500, turn(text('Explained at last, after a while.'))))
  const host = new Host(t, place(t, { model, args: ['--inline-budget', 'impatient=1,tests=60'] }))
  const task = { task: 'Explain', mode: 'explain' }
  const impatient = { 'io.modelcontextprotocol/clientInfo': { name: 'Impatient', version: '1' } }
  const [handed, whole] = await Promise.all([host.engineer(task, impatient), host.engineer(task)])
  assert.match(textOf(handed), /^\*\*Still working/)
  assert.match(textOf(whole), /Explained at last/)
  assert.equal(runIdIn(textOf(handed)), runIdIn(textOf(whole)))
  askedOnce(1)
  await host.close()
})

test('a client with tasks gets a task, its progress and its result, also when the server is killed in between', async t => {
  model.play(lasting(200, reading(1)), { hang: true })
  const where = place(t, { model })
  const host = new Host(t, where)
  const { result: created } = await host.engineer({ task: 'Add an import route' }, withTasks)
  assert.equal(created.resultType, 'task')
  assert.equal(created.status, 'working')
  const { taskId } = created
  await until(() => model.journal.length === 2, 'the second turn')
  await until(async () => {
    const { result } = await host.modern('tasks/get', { taskId }, withTasks)
    assert.equal(result.status, 'working')
    return result.statusMessage?.startsWith('Thinking (turn 2')
  }, 'how far it is')
  await host.kill()

  model.play(lasting(400, reading(2)), ...writing)
  const second = new Host(t, where)
  const again = (await second.modern('tasks/get', { taskId }, withTasks)).result
  assert.equal(again.status, 'working')
  assert.equal(again.taskId, taskId)
  const done = await second.task(taskId)
  assert.ok(done.result.content[0].text.includes(route))
  assert.equal(done.result.isError ?? false, false)
  assert.deepEqual(model.journal.map(turnsIn), [1, 2, 3])
  // It stays what it is; somebody else's does not exist.
  assert.equal((await second.task(taskId)).result.content[0].text, done.result.content[0].text)
  assert.equal((await second.modern('tasks/get', { taskId: `${'0'.repeat(32)}-0` }, withTasks)).error.code, -32602)
  await second.close()
  assert.equal((await listed(where)).length, 1)
})

test('notifications/tasks tell a listener how far the task is, and how it ended', async t => {
  // A task is told about once a second at most.
  model.play(lasting(1500, reading(1)), lasting(1500, reading(2)), ...writing)
  const host = new Host(t, place(t, { model }))
  const { result: { taskId } } = await host.engineer({ task: 'Add an import route' }, withTasks)
  const pending = host.modern('subscriptions/listen', { notifications: { taskIds: [taskId] } }, withTasks)
  pending.catch(() => {})
  await host.heard(m => m.method === 'notifications/subscriptions/acknowledged')
  const about = m => m.method === 'notifications/tasks' && m.params.taskId === taskId
  const [last] = await host.heard(m => about(m) && m.params.status !== 'working')
  assert.equal(last.params.status, 'completed')
  assert.ok(last.params.result.content[0].text.includes(route))
  const words = host.received.filter(about).map(m => m.params.statusMessage)
  assert.ok(new Set(words).size >= 3, words.join('\n'))
  await host.close()
})

test('a client with progress hears something at least every 10 s, also one that comes to a silent run', async t => {
  model.play({ hang: true })
  const host = new Host(t, place(t, { model, args: ['--inline-budget', '14'] }))
  host.patience = 30_000
  const task = { task: 'Explain', mode: 'explain' }
  const heard = {}
  const begun = performance.now()
  const watch = async (token, after) => {
    await sleep(after)
    const from = performance.now()
    const said = textOf(await host.engineer(task, { progressToken: token }))
    heard[token].unshift(from)
    heard[token].push(performance.now())
    return runIdIn(said)
  }
  const seen = host.received
  const timer = setInterval(() => {
    for (const m of seen.splice(0))
      if (m.method === 'notifications/progress') (heard[m.params.progressToken] ??= []).push(performance.now())
  }, 20)
  t.after(() => clearInterval(timer))
  heard.first = []
  heard.second = []
  const ids = await Promise.all([watch('first', 0), watch('second', 1500)])
  clearInterval(timer)
  assert.equal(ids[0], ids[1])
  for (const [token, times] of Object.entries(heard)) {
    assert.ok(times.length >= 4, `${token}: ${times.length - 2} messages`)
    for (let i = 1; i < times.length; ++i) assert.ok(times[i] - times[i - 1] < 10_000, `${token}: silent for ${times[i] - times[i - 1]} ms`)
    assert.ok(times[1] - times[0] < 1000 * slower, `${token}: where it stands, after ${times[1] - times[0]} ms`)
  }
  assert.ok(performance.now() - begun > 14_000)
  assert.equal(model.journal.length, 1)
  await host.close()
})

test('the same call while its run is alive is the same run: at once, later, and once more after it was handed over', async t => {
  model.play(lasting(1800, reading(1)), ...writing)
  const where = place(t, { model, args: ['--inline-budget', '1'] })
  const host = new Host(t, where)
  const task = { task: 'Add an import route' }
  const at_once = await Promise.all([1, 2, 3, 4].map(() => host.engineer(task)))
  const ids = at_once.map(reply => runIdIn(textOf(reply)))
  assert.equal(new Set(ids).size, 1)
  assert.equal((await listed(where)).length, 1)
  let said
  do said = textOf(await host.engineer(task))
  while (said.startsWith('**Still working**'))
  assert.equal(runIdIn(said), ids[0])
  assert.ok(said.includes(route))
  askedOnce(3)
  // It was delivered: who asks again now wants it done again.
  model.play(turn(text('Again.')))
  assert.notEqual(runIdIn(textOf(await host.engineer(task))), ids[0])
  // Another task never was the same run.
  model.play(turn(text('Other.')))
  assert.ok(!ids.includes(runIdIn(textOf(await host.engineer({ ...task, mode: 'explain' })))))
  await host.close()
})

test('a result that nobody took is there for the same call, from the next server too', async t => {
  model.play(lasting(1300, turn(text('Done meanwhile.'))))
  const where = place(t, { model, args: ['--inline-budget', '1'] })
  const host = new Host(t, where)
  const task = { task: 'Explain', mode: 'explain' }
  const id = runIdIn(textOf(await host.engineer(task)))
  await until(async () => (await kept(where, id)).state === 'completed', 'its end')
  await host.close()
  const next = new Host(t, where)
  const said = textOf(await next.engineer(task))
  assert.equal(runIdIn(said), id)
  assert.match(said, /Done meanwhile/)
  assert.equal(model.journal.length, 1)
  await next.close()
})

test('run_id with a further task goes on with that conversation, in this server and in the next', async t => {
  const where = place(t, { model })
  const host = new Host(t, where)
  model.play(...writing)
  const id = runIdIn(textOf(await host.engineer({ task: 'Add an import route' })))
  const before = model.journal.slice()
  model.play(turn(call('edit_file', { path: 'app/api/import/route.ts', old_string: 'min(1)', new_string: 'min(3)' })), turn(finish({ approach: 'Longer titles.' })))
  const said = textOf(await host.engineer({ task: 'Titles have three letters', run_id: id }))
  assert.equal(runIdIn(said), id)
  assert.match(said, /Longer titles\./)
  assert.ok(said.includes('min(3)') && !said.includes('min(1)'))
  await host.close()
  const more = model.journal.slice()

  const next = new Host(t, where)
  model.play(turn(call('read_file', { path: 'app/api/import/route.ts' })), turn(text('It has three letters.')), turn(finish({ approach: 'As it is.' })))
  const last = textOf(await next.engineer({ task: 'How long are titles?', run_id: id }))
  assert.match(last, /As it is\./)
  assert.match(JSON.stringify(JSON.parse(model.journal[1].body).messages.at(-1)), /min\(3\)/)
  assertOneConversation([...before, ...more, ...model.journal])
  const turns = [...before, ...more, ...model.journal].map(turnsIn)
  assert.deepEqual(turns, Array.from({ length: turns.length }, (_, i) => i))

  const none = await next.engineer({ task: 'More', run_id: '0'.repeat(32) })
  assert.equal(none.result.isError, true)
  assert.match(textOf(none), /no such run/)
  await next.close()
  assert.equal((await listed(where)).length, 1)
})

test('a further task for a run that is at work is refused with what to do, and a client with tasks gets a task of its own', async t => {
  model.play({ hang: true })
  const where = place(t, { model, args: ['--inline-budget', '1'] })
  const host = new Host(t, where)
  const id = runIdIn(textOf(await host.engineer({ task: 'Explain', mode: 'explain' })))
  const refused = await host.engineer({ task: 'More', run_id: id })
  assert.equal(refused.result.isError, true)
  assert.match(textOf(refused), /at work\. Wait for its result, or cancel it/)
  await host.tool(`${name}_cancel`, { run_id: id })
  await until(async () => (await kept(where, id)).state === 'cancelled', 'its end')

  model.play(turn(text('Gone on after it was cancelled.')))
  const { result: first } = await host.engineer({ task: 'Go on', run_id: id }, withTasks)
  assert.match(textOf({ result: (await host.task(first.taskId)).result }), /Gone on after/)
  model.play(turn(text('And on.')))
  const { result: second } = await host.engineer({ task: 'And on', run_id: id }, withTasks)
  assert.notEqual(second.taskId, first.taskId)
  assert.match(textOf({ result: (await host.task(second.taskId)).result }), /And on\./)
  // The task that has ended is still what it was.
  assert.match(textOf({ result: (await host.task(first.taskId)).result }), /Gone on after/)
  await host.close()
})

test('a result with big files stays under 30 KB, and what it leaves out is behind its links', async t => {
  const big = n => Array.from({ length: 900 }, (_, i) => `export const value_${n}_${i} = 'ü${'x'.repeat(30)}'`).join('\n') + '\n'
  model.play(
    turn(...[1, 2, 3].map(n => call('write_file', { path: `lib/big ${n}.ts`, content: big(n) }))),
    turn(call('write_file', { path: 'lib/small.ts', content: 'export const small = 1\n' }), finish({ approach: 'Large. '.repeat(2000), notes: 'ß'.repeat(9000) })),
  )
  const host = new Host(t, place(t, { model }))
  const { result } = await host.engineer({ task: 'Write much' })
  const said = result.content[0].text
  assert.ok(Buffer.byteLength(said) < 30_000, `${Buffer.byteLength(said)} bytes`)
  assert.ok(!said.includes('\ufffd'))
  assert.match(said, /Files: 4 created/)
  for (const n of [1, 2, 3]) assert.match(said, new RegExp(`lib/big ${n}\\.ts`))
  const links = result.content.filter(c => c.type === 'resource_link')
  const read = async uri => (await host.modern('resources/read', { uri })).result?.contents[0] ?? assert.fail(`not there: ${uri}`)
  assert.deepEqual(links.map(l => l.name), ['lib/big 1.ts', 'lib/big 2.ts', 'lib/big 3.ts', 'lib/small.ts', 'all changes as a diff', 'documentation used'])
  for (const link of links) assert.equal((await read(link.uri)).mimeType, link.mimeType)
  assert.equal((await read(links[1].uri)).text, big(2))
  assert.match((await read(links[4].uri)).text, /\+export const value_3_899/)
  for (const [uri] of said.matchAll(/run:\/\/[^\s`)>]+/g)) assert.ok((await read(uri)).text, uri)
  await host.close()
})
