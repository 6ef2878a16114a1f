// Runs as resources: listed, by template, completed, watched, and each principal's own.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { bytes, modernHeaders, Raw } from './http_support.mjs'
import { app, call, finish, key, route, text, turn } from './product.mjs'
import { Host, listed, name, place, runIdIn, textOf, until } from './runs_support.mjs'
import { binary, modernMeta } from './support.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

const paths = ['app/api/[slug]/import route.ts', 'lib/notes.ts', 'lib/ü%41.ts']
const files = (more = []) => turn(
  call('write_file', { path: paths[0], content: route }),
  call('edit_file', { path: paths[1], old_string: "'notes'", new_string: "'all'" }),
  call('write_file', { path: paths[2], content: `export const key = '${key}'\n` }),
  call('delete_file', { path: 'lib/log.ts' }),
  call('query_docs', { library: 'zod', question: 'safeParse' }), ...more)
async function done(host) {
  model.play(files(), turn(finish({ approach: 'One handler.' })))
  const { result } = await host.engineer({ task: 'Add an import route' })
  return { id: runIdIn(result.content[0].text), links: result.content.filter(c => c.type === 'resource_link') }
}
const read = async (host, uri) => (await host.modern('resources/read', { uri })).result?.contents[0]
const runsOf = async host => (await host.modern('resources/list')).result.resources.filter(r => r.uri.startsWith('run://'))

test('a run is listed, and read part by part', async t => {
  const host = new Host(t, place(t, { model }))
  assert.deepEqual(await runsOf(host), [])
  const { id, links } = await done(host)
  const [run] = await runsOf(host)
  assert.deepEqual([run.uri, run.name, run.title, run.mimeType], [`run://${id}`, id, 'Add an import route', 'text/markdown'])
  assert.match(run.description, /completed/)
  assert.match((await read(host, run.uri)).text, /State: completed[^]*One handler\./)
  const transcript = await read(host, `run://${id}/transcript`)
  assert.equal(transcript.mimeType, 'text/markdown')
  assert.match(transcript.text, /## Turn 1[^]*write_file[^]*## Turn 2/)
  assert.match((await read(host, `run://${id}/documentation`)).text, /zod/)
  const diff = await read(host, `run://${id}/diff`)
  assert.equal(diff.mimeType, 'text/x-diff')
  assert.match(diff.text, /-export const notesTag = 'notes'\n\+export const notesTag = 'all'/)
  assert.match(diff.text, /\+\+\+ .*import route\.ts/)
  assert.match(diff.text, /--- .*lib\/log\.ts/)
  assert.doesNotMatch(diff.text, /has changed since/)
  for (const [n, path] of paths.entries()) {
    const link = links.find(l => l.name === path)
    assert.doesNotMatch(link.uri, /[ [\]]/)
    const file = await read(host, link.uri)
    assert.equal(file.uri, link.uri)
    if (n === 0) assert.equal(file.text, route)
    assert.ok(!file.text.includes(key), 'the key')
  }
  for (const uri of [`run://${'0'.repeat(32)}`, `run://${id}/files/lib/log.ts`, `run://${id}/files/none.ts`, `run://${id}/files/../../etc/passwd`, `run://${id}/none`])
    assert.equal((await host.modern('resources/read', { uri })).error.code, -32602, uri)
  await host.close()
})

test('the templates are offered, and their ids and paths completed', async t => {
  const host = new Host(t, place(t, { model }))
  const { id } = await done(host)
  model.play(turn(text('Explained.')))
  const other = runIdIn(textOf(await host.engineer({ task: 'Explain', mode: 'explain' })))
  const { resourceTemplates } = (await host.modern('resources/templates/list')).result
  const uris = resourceTemplates.map(r => r.uriTemplate).filter(uri => uri.startsWith('run://'))
  assert.deepEqual(uris, ['run://{run_id}', 'run://{run_id}/diff', 'run://{run_id}/transcript', 'run://{run_id}/documentation', 'run://{run_id}/files/{+path}'])
  const complete = async (uri, name, value, given) => (await host.modern('completion/complete', {
    ref: { type: 'ref/resource', uri }, argument: { name, value }, ...(given && { context: { arguments: given } }),
  })).result.completion.values
  for (const uri of uris) {
    assert.deepEqual(await complete(uri, 'run_id', ''), [other, id])
    assert.deepEqual(await complete(uri, 'run_id', id.slice(0, 8)), [id])
  }
  const path = uris.at(-1)
  assert.deepEqual((await complete(path, 'path', '', { run_id: id })).sort(), [...paths].sort())
  assert.deepEqual(await complete(path, 'path', 'lib/n', { run_id: id }), ['lib/notes.ts'])
  assert.deepEqual(await complete(path, 'path', '', { run_id: '0'.repeat(32) }), [])
  assert.deepEqual(await complete(path, 'path', ''), [])
  await host.close()
})

test('who subscribes to a working run hears of it until it is over, in both eras', async t => {
  for (const era of ['modern', 'legacy']) {
    const host = new Host(t, place(t, { model, args: ['--inline-budget', '1'] }))
    if (era === 'legacy') await host.open('2025-11-25')
    const ask = (method, params) => (era === 'legacy' ? host.request(method, params) : host.modern(method, params))
    model.play({ ...files(), stream: { delay: 10 } }, { ...turn(finish()), stream: { delay: 60 } })
    const id = runIdIn(textOf(await ask('tools/call', { name, arguments: { task: 'Add an import route' } })))
    const uri = `run://${id}`
    await until(async () => /State: working[^]*- Thinking/.test((await ask('resources/read', { uri })).result.contents[0].text), 'a turn')
    if (era === 'legacy') {
      assert.ok((await ask('resources/subscribe', { uri })).result)
    } else {
      host.modern('subscriptions/listen', { notifications: { resourceSubscriptions: [uri], resourcesListChanged: true } }).catch(() => {})
      await host.heard(m => m.method === 'notifications/subscriptions/acknowledged')
    }
    const updates = () => host.received.filter(m => m.method === 'notifications/resources/updated' && m.params.uri === uri).length
    await until(() => updates() >= 2, 'updates')
    await until(async () => {
      const before = updates()
      const over = /State: completed/.test((await ask('resources/read', { uri })).result.contents[0].text)
      return over && before
    }, 'its end')
    await until(() => host.received.some(m => m.method === 'notifications/resources/list_changed'), 'the list has changed')
    await host.close()
  }
})

test('a file that has changed since is shown against what it is now, and said', async t => {
  const { cpSync, mkdtempSync, rmSync, writeFileSync } = await import('node:fs')
  const { tmpdir } = await import('node:os')
  const { join } = await import('node:path')
  const copy = mkdtempSync(join(tmpdir(), 'nbe-app-'))
  t.after(() => rmSync(copy, { recursive: true, force: true }))
  cpSync(app, copy, { recursive: true, filter: path => !path.includes('node_modules') })
  const where = place(t, { model })
  where.args[where.args.indexOf(app)] = copy
  const host = new Host(t, where)
  const { id } = await done(host)
  writeFileSync(join(copy, 'lib/notes.ts'), 'export const other = 1\n')
  const { text: diff } = await read(host, `run://${id}/diff`)
  assert.match(diff, /# lib\/notes\.ts has changed since/)
  assert.match(diff, /-export const other = 1/)
  rmSync(join(copy, 'lib'), { recursive: true })
  assert.match((await read(host, `run://${id}/diff`)).text, /has changed since/)
  await host.close()
})

test('another principal sees no run, and can neither read, wait for, go on with nor stop it', async t => {
  const where = place(t, { model })
  const host = new Host(t, where)
  const { id } = await done(host)
  const token = 'a-token-that-is-long-enough'
  const child = spawn(binary, [...where.args, '--listen', 'http://127.0.0.1:0'],
    { env: { ...where.env, NEXTJS_BACKEND_ENGINEER_TOKEN: token }, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', words => (stderr += words))
  const port = Number((await until(() => /listening on \S+:(\d+)/.exec(stderr), 'listening'))[1])
  const server = { port }
  const ask = async (method, params, named) => {
    const raw = new Raw(t, server)
    raw.send(bytes(server, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: modernMeta() } }),
      { ...modernHeaders(method, named), Authorization: `Bearer ${token}` }))
    const { body, headers } = await raw.response()
    raw.socket.destroy()
    return JSON.parse(headers['content-type'].startsWith('text/event-stream') ? /^data: (\{.*)$/m.exec(body)[1] : body)
  }
  const listedThere = await ask('resources/list', {})
  assert.ok(listedThere.result, JSON.stringify(listedThere))
  assert.ok(!JSON.stringify(listedThere).includes(id))
  assert.equal((await ask('resources/read', { uri: `run://${id}` }, `run://${id}`)).error.code, -32602)
  assert.deepEqual((await ask('completion/complete', { ref: { type: 'ref/resource', uri: 'run://{run_id}' }, argument: { name: 'run_id', value: '' } })).result.completion.values, [])
  for (const [tool, args] of [[`${name}_result`, { run_id: id }], [`${name}_cancel`, { run_id: id }], [name, { run_id: id, task: 'More' }]]) {
    const { result } = await ask('tools/call', { name: tool, arguments: args }, tool)
    assert.equal(result.isError, true)
    assert.match(result.content[0].text, /no such run/)
  }
  // The same task is another run there; at the terminal both are the user's.
  model.play(turn(text('Mine.')))
  const own = await ask('tools/call', { name, arguments: { task: 'Add an import route' } }, name)
  assert.match(own.result.content[0].text, /Mine\./)
  assert.deepEqual((await runsOf(host)).map(r => r.name), [id])
  assert.deepEqual((await listed(where)).map(run => run.principal), ['bearer', ''])
  await host.close()
})
