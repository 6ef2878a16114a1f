// Everything hostile over a TCP socket.

import { test } from 'node:test'
import { connectionCases } from './connection_cases.mjs'
import { floodCases } from './flood_cases.mjs'
import { jsonCasesOnLines } from './json_cases.mjs'
import { requestCases } from './request_cases.mjs'
import { smallCases } from './small_cases.mjs'

for (const era of ['legacy', 'modern']) {
  test(`tcp, ${era}: bytes`, t => smallCases(t, 'tcp', era))
  test(`tcp, ${era}: requests`, t => requestCases(t, 'tcp', era))
  test(`tcp, ${era}: floods`, t => floodCases(t, 'tcp', era, era === 'modern'))
}
test('tcp: connections', t => connectionCases(t, 'tcp'))
test('tcp: JSON', t => jsonCasesOnLines(t, 'tcp'))
