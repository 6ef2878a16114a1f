// Everything hostile over a Unix socket.

import { test } from 'node:test'
import { connectionCases } from './connection_cases.mjs'
import { floodCases } from './flood_cases.mjs'
import { jsonCasesOnLines } from './json_cases.mjs'
import { requestCases } from './request_cases.mjs'
import { smallCases } from './small_cases.mjs'

for (const era of ['legacy', 'modern']) {
  test(`unix, ${era}: bytes`, t => smallCases(t, 'unix', era))
  test(`unix, ${era}: requests`, t => requestCases(t, 'unix', era))
  test(`unix, ${era}: floods`, t => floodCases(t, 'unix', era, era === 'modern'))
}
test('unix: connections', t => connectionCases(t, 'unix'))
test('unix: JSON', t => jsonCasesOnLines(t, 'unix'))
