// HTTPS to a server whose certificate a company signed itself: refused with a sentence that names the option, and
// trusted with it; and an option that cannot be followed says why.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { key, setup, text, turn } from './product.mjs'
import { binary, within } from './support.mjs'
import { startTls } from './tls_front.mjs'

let model, front
before(async () => {
  model = await startModel()
  front = await startTls(model)
})
after(() => { front.close(); model.close() })

async function ask(t, args = [], more = {}) {
  model.play(turn(text('Explained over TLS.')))
  const { args: usual, env } = setup(t, { model, args, env: { ANTHROPIC_BASE_URL: front.url, ...more } })
  const child = spawn(binary, ['ask', 'Explain the notes route', '--mode', 'explain', ...usual], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', data => (said += data))
  const [code] = await within(60_000, once(child, 'close'), 'the answer')
  assert.ok(!said.includes(key))
  return { code, said }
}

test('a certificate that nobody vouches for is refused, and the option is named', async t => {
  const { code, said } = await ask(t)
  assert.equal(code, 1, said)
  assert.match(said, /certificate.*--ca-file/)
  assert.equal(model.journal.length, 0)
})

test('with the company’s certificates it is answered, by option and by environment', async t => {
  for (const [args, env] of [[['--ca-file', front.authorities], {}], [[], { NODE_EXTRA_CA_CERTS: front.authorities }]]) {
    const { code, said } = await ask(t, args, env)
    assert.equal(code, 0, said)
    assert.match(said, /Explained over TLS\./)
  }
})

test('a file that is missing or holds none is one sentence', async t => {
  for (const [name, why] of [['nothing.pem', /nothing\.pem/], ['san', /is no PEM file/]]) {
    const { code, said } = await ask(t, ['--ca-file', front.file(name)])
    assert.equal(code, 1, said)
    assert.match(said, /the certificates to trust cannot be read/)
    assert.match(said, why)
  }
})
