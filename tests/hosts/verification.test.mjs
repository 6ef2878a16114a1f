// Code is checked before it is delivered: a model that writes what Next.js rejects is sent back with the places and the
// remedies, and the result says what was checked; and anybody may ask for the same check.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { call, finish, setup, text, turn } from './product.mjs'
import { binary, modernVersion, Wire } from './support.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

const wrong = `import { revalidateTag, updateTag } from 'next/cache'
import { addNote } from '@/lib/notes'

export async function POST(request: Request, { params }: { params: { id: string } }) {
  const id = params.id
  updateTag('notes')
  revalidateTag('notes')
  return Response.json({ id })
}
`
const right = `import { revalidateTag } from 'next/cache'

export async function POST(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  revalidateTag('notes', 'max')
  return Response.json({ id })
}
`
const path = 'app/api/notes/[id]/touch/route.ts'
const write = content => call('write_file', { path, content })

function host(t) {
  const { args, env } = setup(t, { model })
  const wire = new Wire(t, binary, args, { env })
  wire.version = modernVersion
  wire.patience = 60_000
  wire.engineer = async given => {
    const reply = await wire.modern('tools/call', { name: 'nextjs_backend_engineer', arguments: given })
    assert.ok(!reply.result.isError, reply.result.content[0].text)
    return reply.result.content[0].text
  }
  wire.check = async given => (await wire.modern('tools/call', { name: 'nextjs_backend_check', arguments: given })).result
  return wire
}
const sent = n => JSON.stringify(JSON.parse(model.journal[n].body).messages.at(-1).content)

test('a model that writes what Next.js rejects is sent back, repairs it, and the result says so', async t => {
  model.play(turn(write(wrong), finish()), turn(write(right)), turn(finish()))
  const wire = host(t)
  const answer = await wire.engineer({ task: 'Touch a note' })
  for (const rule of ['sync-params', 'update-tag-outside-action', 'revalidate-tag-one-argument']) assert.match(sent(1), new RegExp(rule))
  assert.match(sent(1), /Refused: the checks find errors/)
  assert.match(sent(1), /> 5 \|   const id = params\.id/)
  assert.ok(answer.includes(right))
  assert.match(answer, /## Verification\n\n\| check \| result \| \|\n\|---\|---\|---\|\n\| Conventions \| passed \| \d+ rules: Nothing found in 1 file \|/)
  assert.doesNotMatch(answer, /not repaired/)
  await wire.close()
})

test('a model that never repairs is let go after three rounds, with the findings on top', async t => {
  model.play(turn(write(wrong), finish()), ...Array(6).fill(turn(finish())))
  const wire = host(t)
  const answer = await wire.engineer({ task: 'Touch a note' })
  assert.equal(model.journal.length, 4)
  assert.match(answer, /^> \*\*No documentation|^> \*\*The checks find errors/)
  assert.match(answer, /> \*\*The checks find errors that were not repaired\.\*\*[^]*\n> - `app\/api\/notes\/\[id\]\/touch\/route\.ts:6` updateTag\(\)/)
  assert.match(answer, /\| Conventions \| \*\*failed\*\* \|/)
  await wire.close()
})

test('what the project had before is not held against a change', async t => {
  model.play(turn(write(right), finish()))
  const wire = host(t)
  const answer = await wire.engineer({ task: 'Touch a note' })
  assert.equal(model.journal.length, 1)
  assert.match(answer, /\| Conventions \| passed \|/)
  await wire.close()
})

test('a configuration that is staged counts for the files beside it', async t => {
  const config = `import type { NextConfig } from 'next'\n\nconst config: NextConfig = { cacheComponents: true }\n\nexport default config\n`
  const cached = `import { cacheLife } from 'next/cache'\n\nexport async function names() {\n  'use cache'\n  cacheLife('hours')\n  return ['a']\n}\n`
  model.play(turn(call('write_file', { path: 'next.config.ts', content: config }), call('write_file', { path: 'lib/names.ts', content: cached }), finish()))
  const wire = host(t)
  assert.match(await wire.engineer({ task: 'Cache the names' }), /\| Conventions \| passed \|/)
  await wire.close()
})

test('an explanation is not verified, and does not say it is', async t => {
  model.play(turn(text('It lists the notes.')))
  const wire = host(t)
  assert.doesNotMatch(await wire.engineer({ task: 'Explain the route', mode: 'explain' }), /Verification/)
  await wire.close()
})

test('anybody may have files checked that are not written yet, or the project', async t => {
  const wire = host(t)
  const { result: { tools } } = await wire.modern('tools/list', {})
  const tool = tools.find(one => one.name === 'nextjs_backend_check')
  assert.deepEqual(tool.annotations, { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false })
  const found = await wire.check({ files: [{ path, content: wrong }] })
  assert.ok(!found.isError)
  assert.match(found.content[0].text, /route\.ts:6:3 error update-tag-outside-action[^]*\n3 errors in 1 file\.\n$/)
  assert.match((await wire.check({ files: [{ path, content: right }] })).content[0].text, /^Nothing found in 1 file\./)
  assert.match((await wire.check({})).content[0].text, /^Nothing found in \d+ files\./)
  assert.match((await wire.check({ paths: ['lib'] })).content[0].text, /^Nothing found in \d+ files?\./)
  await wire.close()
})

test('what cannot be checked is an error that says why, and nothing outside the project is read', async t => {
  const wire = host(t)
  for (const [given, said] of [
    [{ project_path: '/etc' }, /project_path.*allowed/],
    [{ paths: ['/etc/passwd'] }, /arguments\.paths: There is no \/etc\/passwd/],
    [{ paths: ['../../../etc/hostname'] }, /arguments\.paths: There is no/],
    [{ files: [{ path: '../evil.ts', content: 'x' }] }, /arguments\.files\[0\]/],
    [{ files: [{ path: 'a.ts', content: 'x'.repeat(2 << 20) }] }, /arguments\.files\[0\]/],
    [{ files: [{ path: 'a.ts' }] }, /content/],
  ]) {
    const { isError, content } = await wire.check(given)
    assert.ok(isError, JSON.stringify(given).slice(0, 100))
    assert.match(content[0].text, said)
  }
  const broken = await wire.check({ files: [{ path: 'app/broken.ts', content: "import 'next/cache'\nexport function (" }] })
  assert.match(broken.content[0].text, /syntax-error/)
  await wire.close()
})
