// Without a key, the model of the client: asked live in the legacy era and with the result in the modern one, with tools or
// in writing, through the official clients. It ends with the same files; who is refused gets the brief.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { route, setup } from './product.mjs'
import { Host, kept, listed, name, runIdIn, withTasks } from './runs_support.mjs'
import { modernVersion } from './support.mjs'

const self = { name: 'tests', version: '1' }
const task = { task: 'Add an import route' }
const path = 'app/api/import/route.ts'

// What the client's model does in each turn: [tool, input].
const steps = [
  [['list_files', {}], ['read_file', { path: 'app/api/notes/route.ts' }]],
  [['write_file', { path, content: route }]],
  [['edit_file', { path, old_string: "'invalid'", new_string: "'not a note'" }]],
  [['query_docs', { library: 'zod', question: 'safeParse' }]],
  [['finish', { approach: 'A route handler with a schema.' }]],
]

// Answers createMessage as the client of a host does, and keeps what it was asked.
function sampler({ tools, say }) {
  const asked = []
  return {
    asked,
    answer: params => {
      const turn = asked.push(params) - 1
      const calls = steps[params.messages.filter(m => m.role === 'assistant').length]
      const content = tools
        ? [{ type: 'text', text: 'On it.' }, ...calls.map(([name, input], i) => ({ type: 'tool_use', id: `t${turn}_${i}`, name, input }))]
        : { type: 'text', text: (say ?? JSON.stringify)({ text: 'On it.', calls: calls.map(([tool, input]) => ({ tool, input })) }) }
      return { role: 'assistant', model: 'a-model-of-the-host', content, stopReason: tools ? 'toolUse' : 'endTurn' }
    },
  }
}

const place = (t, args = [], env = {}) => {
  const { args: all, env: environment } = setup(t, { args, env })
  return { command: process.env.NBE_BINARY, args: all, env: environment, stderr: 'ignore' }
}

// What every other provider ends with for these steps (providers.test.mjs).
const files = [{ path, text: route.replace("'invalid'", "'not a note'") }]

const v1 = async (server, model, capabilities) => {
  const client = new ClientV1(self, { capabilities })
  client.setRequestHandler(CreateMessageRequestSchema, request => model.answer(request.params))
  await client.connect(new StdioV1(server))
  return { client, call: (name, args) => client.callTool({ name, arguments: args }, undefined, { timeout: 120_000 }) }
}
const v2 = (mode) => async (server, model, capabilities) => {
  const client = new ClientV2(self, { capabilities, versionNegotiation: { mode } })
  client.setRequestHandler('sampling/createMessage', request => model.answer(request.params))
  await client.connect(new StdioV2(server))
  return { client, call: (name, args) => client.callTool({ name, arguments: args }, { timeout: 120_000 }) }
}

const ways = {
  'the v1 client, live': v1,
  'the v2 client, live': v2('legacy'),
  'the v2 client, in the modern era': v2({ pin: modernVersion }),
}
for (const [way, connect] of Object.entries(ways)) {
  for (const tools of [true, false]) {
    test(`${way}, ${tools ? 'with tools' : 'in writing'}`, async t => {
      const model = sampler({ tools })
      const server = place(t)
      const { client, call } = await connect(server, model, { sampling: tools ? { tools: {} } : {} })
      t.after(() => client.close())
      const said = (await call(name, task)).content.map(c => c.text ?? '').join('\n')
      assert.match(said, /A route handler with a schema/)
      assert.match(said, /'not a note'/)
      assert.match(said, /a-model-of-the-host/)
      const [{ run_id }] = await listed(server)
      const { outcome } = await kept(server, run_id)
      assert.deepEqual(outcome.files.map(({ path, text }) => ({ path, text })), files)
      assert.equal(model.asked.length, steps.length)
      const [first, , , , last] = model.asked
      assert.match(first.systemPrompt, /Next\.js/)
      assert.ok(first.maxTokens > 1000)
      assert.equal(Boolean(first.tools), tools)
      if (tools) {
        assert.equal(first.toolChoice.mode, 'auto')
        assert.ok(first.tools.some(tool => tool.name === 'finish' && tool.inputSchema.type === 'object'))
        for (const m of last.messages.filter(m => m.role === 'user').slice(1))
          assert.ok([m.content].flat().every(b => b.type === 'tool_result') || [m.content].flat().every(b => b.type === 'text'))
      } else {
        assert.match(first.systemPrompt, /"name":"finish"/)
        assert.match(JSON.stringify(last.messages.at(-1)), /Result of call 1/)
      }
      // A conversation only grows.
      assert.deepEqual(last.messages.slice(0, model.asked[3].messages.length), model.asked[3].messages)
    })
  }
}

test('what a model writes around its calls is read past, and what cannot be read is said to it', async t => {
  const words = [
    said => 'I will look around first.\n\n```json\n' + JSON.stringify(said, null, 2) + '\n```',
    said => '```\n' + JSON.stringify(said) + '\n```',
    said => JSON.stringify(said).slice(0, -12),
    said => JSON.stringify(said) + '\n\nDone.',
    said => JSON.stringify(said),
  ]
  let turn = 0
  const model = sampler({ say: said => words[Math.min(turn++, 4)](said) })
  // The third is cut, so its call fails and has to be made again.
  const answer = model.answer
  model.answer = params => {
    const failed = JSON.stringify(params.messages).includes('which FAILED')
    const messages = failed ? params.messages.filter((m, i, all) => m.role !== 'assistant' || i !== all.length - 2) : params.messages
    return answer({ ...params, messages })
  }
  const { client, call } = await v1(place(t), model, { sampling: {} })
  t.after(() => client.close())
  const said = (await call(name, task)).content.map(c => c.text ?? '').join('\n')
  assert.match(said, /A route handler with a schema/)
  assert.ok(model.asked.some(params => /not a valid JSON object/.test(JSON.stringify(params.messages))))
})

test('a client that refuses gets the brief, and why', async t => {
  const model = { answer: () => { throw Object.assign(new Error('User rejected sampling request'), { code: -1 }) } }
  const { client, call } = await v1(place(t), model, { sampling: {} })
  t.after(() => client.close())
  const said = (await call(name, task)).content.map(c => c.text ?? '').join('\n')
  assert.match(said, /The client did not let its model answer: .*User rejected sampling request.*So this is the brief/)
  assert.match(said, /ANTHROPIC_API_KEY/)
})

test('a call is handed over in time though the model of its client still thinks, and is asked again by who waits', async t => {
  const model = sampler({ tools: true })
  let answered = 0
  const slow = { answer: async params => { if (answered++ === 0) await new Promise(done => setTimeout(done, 3000)); return model.answer(params) } }
  const { client, call } = await v1(place(t, ['--inline-budget', '1']), slow, { sampling: { tools: {} } })
  t.after(() => client.close())
  const handed = (await call(name, task)).content.map(c => c.text ?? '').join('\n')
  const run_id = runIdIn(handed)
  assert.ok(run_id, handed)
  let said
  for (let i = 0; i < 30 && !/A route handler with a schema/.test(said); ++i)
    said = (await call('nextjs_backend_engineer_result', { run_id, wait_seconds: 20 })).content.map(c => c.text ?? '').join('\n')
  assert.match(said, /A route handler with a schema/)
})

test('a task asks through its status', async t => {
  const model = sampler({ tools: true })
  const where = setup(t, {})
  const host = new Host(t, where)
  const capabilities = { 'io.modelcontextprotocol/clientCapabilities': { ...withTasks['io.modelcontextprotocol/clientCapabilities'], sampling: { tools: {} } } }
  const { result } = await host.modern('tools/call', { name, arguments: task }, capabilities)
  const taskId = result.taskId ?? result.task?.taskId
  assert.ok(taskId, JSON.stringify(result))
  let state
  for (let i = 0; i < 200; ++i) {
    state = (await host.modern('tasks/get', { taskId }, capabilities)).result
    if (state.status === 'input_required') {
      const inputResponses = {}
      for (const [key, { method, params }] of Object.entries(state.inputRequests)) {
        assert.equal(method, 'sampling/createMessage')
        inputResponses[key] = model.answer(params)
      }
      await host.modern('tasks/update', { taskId, inputResponses }, capabilities)
    } else if (state.status !== 'working') break
    await new Promise(done => setTimeout(done, 50))
  }
  assert.equal(state.status, 'completed', JSON.stringify(state).slice(0, 500))
  assert.match(JSON.stringify(state.result), /A route handler with a schema/)
  assert.equal(model.asked.length, steps.length)
  await host.close()
})

test('a server that is killed between two turns asks for the next one, and not again for the last', async t => {
  const model = sampler({ tools: true })
  const where = setup(t, {})
  const capabilities = { 'io.modelcontextprotocol/clientCapabilities': { sampling: { tools: {} } } }
  // Answers questions, at most so many, until there is a result.
  const answered = async (host, tool, args, most = Infinity) => {
    let params = { name: tool, arguments: args }
    for (let i = 0; ; ++i) {
      const { result, error } = await host.modern('tools/call', params, capabilities)
      assert.ok(result, JSON.stringify(error))
      if (result.resultType !== 'input_required') return result.content[0].text
      if (i === most) return
      const [[key, question]] = Object.entries(result.inputRequests)
      params = { name: tool, arguments: args, requestState: result.requestState, inputResponses: { [key]: model.answer(question.params) } }
    }
  }
  const first = new Host(t, where)
  assert.equal(await answered(first, name, task, 2), undefined)
  await first.kill()
  const [{ run_id }] = await listed(where)
  const second = new Host(t, where)
  assert.match(await answered(second, `${name}_result`, { run_id }), /A route handler with a schema/)
  assert.deepEqual(model.asked.map(({ messages }) => messages.filter(m => m.role === 'assistant').length), [0, 1, 2, 3, 4])
  await second.close()
})

test('an answer that comes twice, or to a question of before, changes nothing', async t => {
  const model = sampler({ tools: true })
  const host = new Host(t, setup(t, {}))
  const capabilities = { 'io.modelcontextprotocol/clientCapabilities': { sampling: { tools: {} } } }
  const { result } = await host.engineer(task, capabilities)
  const [[key, question]] = Object.entries(result.inputRequests)
  const again = { name, arguments: task, requestState: result.requestState, inputResponses: { [key]: model.answer(question.params) } }
  const next = await host.modern('tools/call', again, capabilities)
  assert.equal(next.result.resultType, 'input_required')
  assert.equal((await host.modern('tools/call', again, capabilities)).error.code, -32602)
  const bad = { ...again, requestState: next.result.requestState, inputResponses: { [key]: { nonsense: true } } }
  assert.match((await host.modern('tools/call', bad, capabilities)).result.content[0].text, /no CreateMessageResult/)
  await host.close()
})

test('with --no-sampling it is the brief, and nobody is asked', async t => {
  const model = sampler({ tools: true })
  const { client, call } = await v1(place(t, ['--no-sampling']), model, { sampling: { tools: {} } })
  t.after(() => client.close())
  assert.match((await call(name, task)).content[0].text, /No model is configured/)
  assert.equal(model.asked.length, 0)
})
