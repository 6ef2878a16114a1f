// The program in the hands of the official TypeScript clients: list, call with progress, cancel; the model is played by
// npm's aimock, which knows nothing of us.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LLMock } from '@copilotkit/aimock'
import { start as startModel } from '../fakes/messages_server.mjs'
import { officialClients } from './official_clients.mjs'
import { key, route, setup } from './product.mjs'
import { binary } from './support.mjs'

const name = 'nextjs_backend_engineer'
let aimock
let faults
before(async () => {
  aimock = new LLMock({ port: 0 })
  aimock.addFixturesFromJSON([
    { match: { toolCallId: 'toolu_write' }, response: { toolCalls: [{ id: 'toolu_finish', name: 'finish', arguments: { approach: 'One handler.' } }] } },
    { match: { toolCallId: 'toolu_read_2' }, response: { toolCalls: [
      { id: 'toolu_docs', name: 'query_docs', arguments: { library: 'zod', question: 'safeParse' } },
      { id: 'toolu_write', name: 'write_file', arguments: { path: 'app/api/import/route.ts', content: route } }] } },
    { match: { userMessage: 'import route', hasToolResult: false }, response: { toolCalls: [
      { id: 'toolu_read_1', name: 'read_file', arguments: { path: 'app/api/notes/route.ts' } },
      { id: 'toolu_read_2', name: 'read_file', arguments: { path: 'lib/notes.ts' } }] } },
  ])
  await aimock.start()
  faults = await startModel()
})
after(async () => { await aimock.stop(); faults.close() })

const server = (t, model) => {
  const { args, env } = setup(t, { model })
  return { command: binary, args, env, stderr: 'ignore' }
}

for (const { name: client, connect, call } of officialClients)
  test(client, async t => {
    const c = await connect(server(t, { url: aimock.url }))
    t.after(() => c.close())
    const { tools } = await c.listTools()
    assert.deepEqual(tools.map(tool => tool.name), [name, `${name}_result`, `${name}_cancel`, 'query-docs', 'nextjs_backend_check'])
    const { prompts } = await c.listPrompts()
    assert.deepEqual(prompts.map(p => p.name), [
      'nextjs-backend-engineer', 'server-action', 'route-handler', 'webhook', 'auth-guard', 'caching-plan',
      'proxy-migration', 'security-review'])

    const progress = []
    const result = await call(
      c, { name, arguments: { task: 'Add an import route' } }, { onprogress: p => progress.push(p.message) })
    const answer = result.content[0].text
    assert.ok(!result.isError, answer)
    assert.ok(answer.includes(route))
    assert.match(answer, /3 turns, 5 tool calls/)
    // At most one in 250 ms, and the clients drop what arrives together with the response.
    assert.match(progress[0], /^Reading the project/)
    assert.ok(!JSON.stringify([result, progress]).includes(key))
  })

for (const { name: client, connect, call } of officialClients)
  test(`${client}: cancel`, async t => {
    faults.play({ hang: true })
    const c = await connect(server(t, faults))
    t.after(() => c.close())
    const abort = new AbortController()
    const pending = call(c, { name, arguments: { task: 'Anything' } }, {
      signal: abort.signal,
      onprogress: p => { if (p.message.startsWith('Thinking')) setTimeout(() => abort.abort(new Error('enough')), 50) },
    })
    await assert.rejects(pending, /enough|abort/i)
    while (!faults.journal[0]?.disconnected) await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal((await c.listTools()).tools.length, 5)
  })
