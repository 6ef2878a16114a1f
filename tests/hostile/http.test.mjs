// Everything hostile over HTTP.

import { test } from 'node:test'
import { framingCases, messageCases } from './http_cases.mjs'
import { loadCases } from './http_load_cases.mjs'

test('http: framing and headers', framingCases)
test('http: messages and sessions', messageCases)
test('http: load', loadCases)
