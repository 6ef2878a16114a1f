// A run that asks: in a form of either era, through its task, or in words to a client that can only be told; and a
// server that is killed while it waits.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { start as startModel } from '../fakes/messages_server.mjs'
import { call, finish, text, turn } from './product.mjs'
import { assertOneConversation, Host, kept, listed, name, place, runIdIn, terminal, textOf, turnsIn, until, withBoth, withForms, withTasks } from './runs_support.mjs'
import { modernMeta } from './support.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

const asking = call('ask_user', { questions: [
  { question: 'Which ORM?', options: ['Prisma', 'Drizzle'] },
  { question: 'Which region?' },
] }, 'toolu_ask')
const task = { task: 'Add a database' }
const form = { answer_1: 'Drizzle', answer_2: 'eu-central' }
const first = () => turn(call('read_file', { path: 'lib/notes.ts' }, 'toolu_read'), asking)
const then = () => turn(finish({ approach: 'Drizzle it is.' }))
// What the model was told of the answers, once, with the result of the call next to it first and in order.
function assertAnswered(...words) {
  const last = JSON.parse(model.journal.at(-1).body).messages.at(-1).content.filter(b => b.type === 'tool_result')
  assert.deepEqual(last.map(b => b.tool_use_id), ['toolu_read', 'toolu_ask'])
  assert.match(JSON.stringify(last[0].content), /notesTag/)
  for (const word of words) assert.match(JSON.stringify(last[1].content), word)
  assert.doesNotMatch(JSON.stringify(last[1].content), /not answered/)
  assert.deepEqual(model.journal.map(turnsIn), [0, 1])
  assertOneConversation(model.journal)
}
const play = () => model.play(first(), then())

function assertForm({ method, params }) {
  assert.equal(method, 'elicitation/create')
  assert.match(params.message, /1\. Which ORM\? \(Prisma \/ Drizzle\)\n2\. Which region\?/)
  assert.deepEqual(params.requestedSchema.properties.answer_1.enum, ['Prisma', 'Drizzle'])
  assert.deepEqual(params.requestedSchema.required, ['answer_1', 'answer_2'])
}

test('a modern client with forms answers by calling again', async t => {
  play()
  const where = place(t, { model })
  const host = new Host(t, where)
  const { result } = await host.engineer(task, withForms)
  assert.equal(result.resultType, 'input_required')
  const [[key, question]] = Object.entries(result.inputRequests)
  assertForm(question)
  const [run] = await listed(where)
  assert.equal(run.state, 'waiting_for_input')
  const again = { name, arguments: task, requestState: result.requestState, inputResponses: { [key]: { action: 'accept', content: form } } }
  const said = textOf(await host.modern('tools/call', again, withForms))
  assert.match(said, /Drizzle it is/)
  assert.equal(runIdIn(said), run.run_id)
  assertAnswered(/1\. Which ORM\? Drizzle/, /2\. Which region\? eu-central/)
  // What is answered once is answered; the result is there for who asks for it.
  assert.equal((await host.modern('tools/call', again, withForms)).error.code, -32602)
  assert.match(textOf(await host.poll({ run_id: run.run_id })), /Drizzle it is/)
  assert.equal(model.journal.length, 2)
  await host.close()
})

test('a legacy client with forms is asked while it waits', async t => {
  play()
  const host = new Host(t, place(t, { model }))
  await host.open('2025-11-25', { elicitation: {} })
  const pending = host.request('tools/call', { name, arguments: task })
  const [asked] = await host.heard(m => m.method === 'elicitation/create')
  assertForm(asked)
  host.send({ id: asked.id, result: { action: 'accept', content: form } })
  assert.match(textOf(await pending), /Drizzle it is/)
  assertAnswered(/Drizzle/, /eu-central/)
  await host.close()
})

for (const action of ['decline', 'cancel'])
  test(`a form that is answered with ${action} lets the expert decide`, async t => {
    play()
    const host = new Host(t, place(t, { model }))
    await host.open('2025-11-25', { elicitation: {} })
    const pending = host.request('tools/call', { name, arguments: task })
    const [asked] = await host.heard(m => m.method === 'elicitation/create')
    host.send({ id: asked.id, result: { action } })
    assert.match(textOf(await pending), /Drizzle it is/)
    assertAnswered(/did not answer\. Decide yourself/)
    await host.close()
  })

test('a client with tasks and forms answers its task', async t => {
  play()
  const host = new Host(t, place(t, { model }))
  const { result: { taskId } } = await host.engineer(task, withBoth)
  const asks = await host.task(taskId, 'input_required')
  const [[key, question]] = Object.entries(asks.inputRequests)
  assertForm(question)
  const answer = content => host.modern('tasks/update', { taskId, inputResponses: { [key]: { action: 'accept', content } } }, withBoth)
  assert.ok((await answer(form)).result)
  assert.ok((await answer({ answer_1: 'Prisma', answer_2: 'us' })).result) // late: passed over
  assert.match(textOf({ result: (await host.task(taskId)).result }), /Drizzle it is/)
  assertAnswered(/Drizzle/, /eu-central/)
  await host.close()
})

test('a task whose server is killed while it waits takes the answer afterwards, whether it is looked at first or not', async t => {
  for (const look of [true, false]) {
    play()
    const where = place(t, { model })
    const host = new Host(t, where)
    const { result: { taskId } } = await host.engineer(task, withBoth)
    const [key] = Object.keys((await host.task(taskId, 'input_required')).inputRequests)
    await host.kill()

    const next = new Host(t, where)
    if (look) {
      const asks = await next.task(taskId, 'input_required')
      assert.deepEqual(Object.keys(asks.inputRequests), [key])
    }
    await next.modern('tasks/update', { taskId, inputResponses: { [key]: { action: 'accept', content: form } } }, withBoth)
    assert.match(textOf({ result: (await next.task(taskId)).result }), /Drizzle it is/)
    assertAnswered(/Drizzle/, /eu-central/)
    await next.close()
    assert.equal((await listed(where)).length, 1)
  }
})

test('a client with tasks and no forms is told by its task, and answers with run_id', async t => {
  play()
  const host = new Host(t, place(t, { model }))
  const { result: { taskId } } = await host.engineer(task, withTasks)
  const said = textOf({ result: (await host.task(taskId)).result })
  assert.match(said, /^\*\*Needs input\.\*\*/)
  const { result: created } = await host.engineer({ task: '1. Drizzle 2. eu-central', run_id: runIdIn(said) }, withTasks)
  assert.match(textOf({ result: (await host.task(created.taskId)).result }), /Drizzle it is/)
  assertAnswered(/1\. Drizzle 2\. eu-central/)
  await host.close()
})

test('a client that can only be told gets the questions and answers with run_id, of a server that was killed too', async t => {
  for (const killed of [false, true]) {
    play()
    const where = place(t, { model })
    let host = new Host(t, where)
    const said = textOf(await host.engineer(task))
    assert.match(said, /^\*\*Needs input\.\*\*[^]*1\. Which ORM\? \(Prisma \/ Drizzle\)\n2\. Which region\?\n[^]*run_id "[0-9a-f]{32}" and the answers as `task`/)
    const run_id = runIdIn(said)
    assert.equal((await kept(where, run_id)).state, 'waiting_for_input')
    if (killed) {
      await host.kill()
      host = new Host(t, where)
    }
    // Whoever asks for it, by either tool, is told the questions again.
    assert.equal(textOf(await host.poll({ run_id })), said)
    assert.equal(textOf(await host.engineer(task)), said)
    assert.equal(model.journal.length, 1)
    const last = textOf(await host.engineer({ task: '1. Drizzle 2. eu-central', run_id }))
    assert.match(last, /Drizzle it is/)
    assert.equal(runIdIn(last), run_id)
    assertAnswered(/They answer:\\n1\. Drizzle 2\. eu-central/)
    await host.close()
    assert.equal((await listed(where)).length, 1)
  }
})

test('the result tool asks too, and takes the answer', async t => {
  model.play({ ...first(), stream: { delay: 200 } }, then()) // longer than the call is held open
  const host = new Host(t, place(t, { model, args: ['--inline-budget', '1'] }))
  let said = await host.engineer(task, withForms)
  const run_id = runIdIn(textOf(said))
  do said = await host.poll({ run_id }, withForms)
  while (said.result.resultType !== 'input_required')
  const [[key, question]] = Object.entries(said.result.inputRequests)
  assertForm(question)
  const again = { name: `${name}_result`, arguments: { run_id }, requestState: said.result.requestState,
    inputResponses: { [key]: { action: 'accept', content: form } } }
  assert.match(textOf(await host.modern('tools/call', again, withForms)), /Drizzle it is/)
  assertAnswered(/Drizzle/)
  await host.close()
})

test('a state that was made for another call or another run answers nothing', async t => {
  model.play(first(), first(), then(), then())
  const where = place(t, { model })
  const host = new Host(t, where)
  const { result } = await host.engineer(task, withForms)
  const [key] = Object.keys(result.inputRequests)
  const inputResponses = { [key]: { action: 'accept', content: form } }
  const other = await host.modern('tools/call', { name, arguments: { task: 'Another' }, requestState: result.requestState, inputResponses }, withForms)
  assert.equal(other.error.code, -32602)
  const forged = await host.modern('tools/call', { name, arguments: task, requestState: 'v1.AAAA', inputResponses }, withForms)
  assert.equal(forged.error.code, -32602)
  // An answer that the form does not allow is asked for again.
  const wrong = await host.modern('tools/call', { name, arguments: task, requestState: result.requestState,
    inputResponses: { [key]: { action: 'accept', content: { answer_1: 'Sequelize', answer_2: 'eu' } } } }, withForms)
  assert.equal(wrong.result.resultType, 'input_required')
  assert.equal(model.journal.length, 1)
  assert.equal((await listed(where)).length, 1)
  await host.close()
})

test('at the terminal the questions are printed, and ask --run answers them', async t => {
  play()
  const where = place(t, { model })
  const asks = await terminal(where, ['ask', task.task])
  assert.equal(asks.code, 5, asks.stderr)
  assert.match(asks.stdout, /1\. Which ORM\?[^]*Prisma[^]*2\. Which region\?/)
  const id = /ask --run ([0-9a-f]{32})/.exec(asks.stdout)[1]
  const answered = await terminal(where, ['ask', '--run', id, '1. Drizzle 2. eu-central'])
  assert.equal(answered.code, 0, answered.stderr)
  assert.match(answered.stdout, /Drizzle it is/)
  assertAnswered(/1\. Drizzle 2\. eu-central/)
})

test('a run that waits can be cancelled, and asks no more', async t => {
  play()
  const where = place(t, { model })
  const host = new Host(t, where)
  const run_id = runIdIn(textOf(await host.engineer(task)))
  assert.match(textOf(await host.tool(`${name}_cancel`, { run_id })), /^Cancelled\./)
  assert.equal((await kept(where, run_id)).state, 'cancelled')
  assert.match(textOf(await host.poll({ run_id })), /Cancelled with nextjs_backend_engineer_cancel/)
  assert.equal(model.journal.length, 1)
  await host.close()
})
