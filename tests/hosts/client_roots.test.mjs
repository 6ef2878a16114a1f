// A server that may read a folder of projects works on the one that its client has open, and on nothing outside.

import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { start as startModel } from '../fakes/messages_server.mjs'
import { app, call, finish, setup, turn } from './product.mjs'
import { Host, name, textOf } from './runs_support.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

// Two projects in the folder that may be read, and one beside it.
function folders(t) {
  const outer = realpathSync(mkdtempSync(join(tmpdir(), 'nbe-roots-')))
  t.after(() => rmSync(outer, { recursive: true, force: true }))
  for (const project of ['code/one', 'code/two é', 'secret']) {
    mkdirSync(join(outer, project), { recursive: true })
    for (const file of ['app', 'package.json']) cpSync(join(app, file), join(outer, project, file), { recursive: true })
    writeFileSync(join(outer, project, 'NAME.md'), `This is ${project}.`)
  }
  return { outer, allowed: join(outer, 'code') }
}

const root = (...words) => ({ uri: pathToFileURL(join(...words)).href, name: 'open' })
const withRoots = { 'io.modelcontextprotocol/clientCapabilities': { roots: {} } }
const task = { task: 'Which project is this?' }
const script = () => model.play(turn(call('read_file', { path: 'NAME.md' })), turn(finish()))
// What the model read where it worked.
const read = () => JSON.stringify(JSON.parse(model.journal[1].body).messages.at(-1).content)
const host = (t, project) => new Host(t, setup(t, { model, project }))

test('a legacy client is asked for its roots, and the project it has open is the one', async t => {
  const { outer, allowed } = folders(t)
  const client = host(t, allowed)
  await client.open('2025-11-25', { roots: {} })
  script()
  const pending = client.request('tools/call', { name, arguments: task })
  const [asked] = await client.heard(m => m.method === 'roots/list')
  client.send({ id: asked.id, result: { roots: [root(outer, 'secret'), { uri: 'https://example.com/code/one' }, root(allowed, 'two é')] } })
  textOf(await pending)
  assert.match(read(), /This is code\/two/)
  await client.close()
})

test('a modern client says them with its second call', async t => {
  const { allowed } = folders(t)
  const client = host(t, allowed)
  script()
  const { result } = await client.engineer(task, withRoots)
  assert.equal(result.resultType, 'input_required')
  const [[key, { method }]] = Object.entries(result.inputRequests)
  assert.equal(method, 'roots/list')
  const again = { name, arguments: task, requestState: result.requestState, inputResponses: { [key]: { roots: [root(allowed, 'one')] } } }
  textOf(await client.modern('tools/call', again, withRoots))
  assert.match(read(), /This is code\/one/)
  await client.close()
})

test('roots outside of what is allowed change nothing', async t => {
  const { outer, allowed } = folders(t)
  const client = host(t, allowed)
  script()
  const { result } = await client.engineer(task, withRoots)
  const key = Object.keys(result.inputRequests)[0]
  const roots = [root(outer, 'secret'), root(allowed, '../secret'), { uri: 'file:///etc' }, { uri: 'file://%00/' }, { uri: 'nonsense' }]
  const again = { name, arguments: task, requestState: result.requestState, inputResponses: { [key]: { roots } } }
  const said = await client.modern('tools/call', again, withRoots)
  assert.ok(said.result, JSON.stringify(said))
  assert.doesNotMatch(JSON.stringify(model.journal.map(one => one.body)), /This is secret/)
  await client.close()
})

test('where it is plain, or the call says it, nobody is asked', async t => {
  const { allowed } = folders(t)
  const plain = host(t, join(allowed, 'one'))
  model.play(turn(finish()))
  textOf(await plain.engineer(task, withRoots))
  await plain.close()
  const several = host(t, allowed)
  model.play(turn(finish()))
  textOf(await several.engineer({ ...task, project_path: 'one' }, withRoots))
  await several.close()
})
