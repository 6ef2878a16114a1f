// HTTPS to a server whose certificate a company signed itself: refused with a sentence that names the option, and
// trusted with it; and an option that cannot be followed says why.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { key, setup, text, turn } from './product.mjs'
import { binary, within } from './support.mjs'

const folder = mkdtempSync(join(tmpdir(), 'nbe-tls-'))
const file = name => join(folder, name)
let model
let front
before(async () => {
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Acme Root', '-keyout', 'ca.key', '-out', 'ca.pem')
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr')
  writeFileSync(file('san'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'san', '-out', 'server.pem')
  model = await startModel()
  front = createServer({ key: readFileSync(file('server.key')), cert: readFileSync(file('server.pem')) }, (req, res) => {
    const onward = request(model.url + req.url, { method: req.method, headers: req.headers }, answer => {
      res.writeHead(answer.statusCode, answer.headers)
      answer.pipe(res)
    })
    req.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(front, 'listening')
})
after(() => { front.close(); front.closeAllConnections(); model.close(); rmSync(folder, { recursive: true, force: true }) })

async function ask(t, args = [], more = {}) {
  model.play(turn(text('Explained over TLS.')))
  const url = `https://localhost:${front.address().port}`
  const { args: usual, env } = setup(t, { model, args, env: { ANTHROPIC_BASE_URL: url, ...more } })
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
  for (const [args, env] of [[['--ca-file', file('ca.pem')], {}], [[], { NODE_EXTRA_CA_CERTS: file('ca.pem') }]]) {
    const { code, said } = await ask(t, args, env)
    assert.equal(code, 0, said)
    assert.match(said, /Explained over TLS\./)
  }
})

test('a file that is missing or holds none is one sentence', async t => {
  for (const [name, why] of [['nothing.pem', /nothing\.pem/], ['san', /is no PEM file/]]) {
    const { code, said } = await ask(t, ['--ca-file', file(name)])
    assert.equal(code, 1, said)
    assert.match(said, /the certificates to trust cannot be read/)
    assert.match(said, why)
  }
})
