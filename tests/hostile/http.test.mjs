// Everything hostile over HTTP.

import { test } from 'node:test'
import { framingCases, loadCases, messageCases } from './http_cases.mjs'

test('http: framing and headers', framingCases)
test('http: messages and sessions', messageCases)
test('http: load', loadCases)
