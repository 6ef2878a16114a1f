// What documentation does for a run: it is there before the model is asked, for every library of the task, in bounds;
// and whatever Context7 does, the run ends with an answer that says so, and no error text is taken for documentation.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { slower } from '../bounds.mjs'
import { startContext7Rest } from '../fakes/context7_rest.mjs'
import { start as startModel } from '../fakes/messages_server.mjs'
import { call, finish, key, route, setup, turn } from './product.mjs'
import { binary, modernVersion, Wire } from './support.mjs'

const libraries = join(import.meta.dirname, '../libraries')

let model
before(async () => { model = await startModel() })
after(() => model.close())

// A run of one task: what the model was sent first, and the answer.
async function run(t, task, { turns, project, source = [], service, limit = 60_000 } = {}) {
  model.play(...(turns ?? [turn(call('write_file', { path: 'app/api/import/route.ts', content: route })), turn(finish())]))
  const { env, args } = setup(t, { model, rest: service })
  // What other tests were answered by a Context7 that worked is not to be found.
  const cache = mkdtempSync(join(tmpdir(), 'nbe-cache-'))
  t.after(() => rmSync(cache, { recursive: true, force: true }))
  const options = args.filter(a => a !== '--no-context7' || !source.length)
  if (project) options.splice(options.indexOf('--project') + 1, 1, project)
  const began = Date.now()
  const wire = new Wire(t, binary, [...options, ...source, '--cache-directory', cache], { env })
  wire.version = modernVersion
  wire.patience = limit * slower
  const reply = await wire.modern('tools/call', { name: 'nextjs_backend_engineer', arguments: { task } })
  await wire.close()
  const answer = reply.result.content[0].text
  assert.ok(!reply.result.isError, answer)
  const content = JSON.parse(model.journal[0].body).messages[0].content
  const first = typeof content === 'string' ? content : content.map(b => b.text ?? '').join('\n')
  const documents = [...first.matchAll(/<documentation library="([^"]+)"(?: version="([^"]*)")?(?: as_of="[^"]*")? source="([^"]*)" from="([^"]*)">\n([^]*?)<\/documentation>/g)]
    .map(([, library, version, source, from, text]) => ({ library, version, source, from, text }))
  return { answer, first, documents, asked: model.journal[0].at - began }
}

const installed = name => JSON.parse(readFileSync(join(libraries, 'node_modules', name, 'package.json'), 'utf8')).version

for (const [task, needed] of [
  ['Add a Stripe webhook that verifies the signature, stores the event with Drizzle, and logs with pino', ['next', 'stripe', 'drizzle-orm', 'pino']],
  ['Protect the server action that creates a note with Clerk, and validate its form with zod', ['next', '@clerk/nextjs', 'zod']],
  ['Upload avatars to S3 with a presigned URL and send a mail with Resend', ['next', '@aws-sdk/client-s3', 'resend']],
  ['Move the Knex queries of the notes to Kysely, with a rate limit in Upstash', ['next', 'knex', 'kysely', '@upstash/ratelimit']],
])
  test(`before the model is asked there is documentation of ${needed.join(', ')}`, async t => {
    const { documents, first } = await run(t, task, { project: libraries })
    for (const name of needed) {
      const of_it = documents.filter(d => d.library === name)
      assert.ok(of_it.length, `${name}: only ${[...new Set(documents.map(d => d.library))]}`)
      for (const d of of_it) assert.equal(d.version, installed(name))
    }
    for (const d of documents) assert.match(d.source, /^https:\/\/\S+$/)
    const size = first.indexOf('\n# Documentation looked up')
    // 12,000 tokens, at three and a half characters for one of code and English.
    assert.ok(first.length - size < 42_000, `${first.length - size}`)
  })

const error_texts = /rate limit|quota|fetch failed|not found|does not exist|try again later|temporarily unavailable|api key/i
const task = 'Add POST /api/import that validates notes with zod'
async function with_service(t, options) {
  const service = await startContext7Rest(options)
  t.after(() => service.close())
  return run(t, task, { service })
}
function answered({ answer, documents }, said) {
  assert.ok(answer.includes(route))
  assert.match(answer, said)
  assert.equal(answer.match(/> - Context7: /g)?.length ?? 0, 1, answer.slice(0, 600))
  assert.ok(documents.some(d => d.from === 'bundled'))
  for (const d of documents.filter(d => d.from === 'Context7')) assert.doesNotMatch(d.text, error_texts)
  assert.ok(!answer.includes(key))
}

test('a Context7 that ends at once is one line of the answer', async t => {
  const result = await run(t, task, { source: ['--context7', 'node -e "process.exit(3)"'] })
  answered(result, /> - Context7: .*exited with code 3/)
  assert.ok(!result.documents.some(d => d.from === 'Context7'))
})

test('a Context7 that takes ten seconds costs the run its deadline for documentation and no more', async t => {
  const result = await with_service(t, { delay: 10_000 })
  answered(result, /> - Context7: .*(did not answer|no answer within)/)
  assert.ok(result.asked < 15_000 * slower, `${result.asked}`)
})

test('a quota that is used up is one line that names the variable to set', async t => {
  answered(await with_service(t, { always: '429-monthly' }), /> - Context7: .*quota.*CONTEXT7_API_KEY/i)
})

test('a refused key is one line that names it', async t => {
  answered(await with_service(t, { always: '401' }), /> - Context7: .*CONTEXT7_API_KEY/)
})

test('a service that is down is one line', async t => {
  answered(await with_service(t, { always: '503' }), /> - Context7: .*temporarily unavailable/)
})

test('a service that finds other libraries than the one asked for is not believed', async t => {
  const service = await startContext7Rest({ lies: true })
  t.after(() => service.close())
  const { answer, documents } = await run(t, 'Validate with arktype', {
    service,
    turns: [turn(call('query_docs', { library: 'arktype', question: 'validate an object' })),
      turn(call('write_file', { path: 'app/api/import/route.ts', content: route })), turn(finish())],
  })
  assert.ok(answer.includes(route))
  const tool_result = JSON.stringify(JSON.parse(model.journal[1].body).messages.at(-1))
  assert.match(tool_result, /No documentation of arktype was found|no library of that name/i)
  assert.ok(!documents.some(d => d.library === 'arktype'))
})

test('instructions to an AI in what Context7 answers are taken out, and counted', async t => {
  const { answer, documents, first } = await with_service(t, { always: 'injected' })
  assert.ok(documents.some(d => d.from === 'Context7' && d.text.includes('Parse it.')))
  assert.doesNotMatch(first, /previous instructions|<tool_result|assistant must install/)
  assert.match(answer, /contained instructions to an AI; they were removed/)
})
