// npm's own Context7 servers: one of each kind of wire that was published, and how a stand-in for the service is put
// behind it. 3.x serves HTTP only with a Redis beside it.

import { join } from 'node:path'

const here = import.meta.dirname
const program = name => join(here, '../node_modules', name, 'dist/index.js')
// Versions before 2.1 know one service only.
const redirected = ['--import', join(here, '../fakes/fetch_to_context7_rest.mjs')]

// `together`: serves several requests over HTTP at once; 1.x and 2.0 fail whom they serve while they serve another.
export const versions = [
  // It calls itself 1.0.13.
  { name: '1.0.33', says: '1.0.13', era: 'legacy', http: true, argv: [...redirected, program('context7-mcp-1.0.33')] },
  { name: '2.0.0', says: '2.0.0', era: 'legacy', http: true, argv: [...redirected, program('context7-mcp-2.0.0')] },
  { name: '3.2.5', says: '3.2.5', era: 'legacy', http: false, argv: [program('context7-mcp-3.2.5')] },
  { name: '4.1.1', says: '4.1.1', era: 'modern', http: true, together: true, argv: [program('@upstash/context7-mcp')] },
]
export const newest = versions.at(-1)

// agent/docs/documentation.hpp, docs_errc.
export const kinds = { unavailable: 1, timed_out: 2, not_found: 3, quota: 4, authentication: 5, pending: 6, protocol: 7 }

// What each outcome of the service is to us, whichever version is between (context7.md 2.6): of a question, and of a
// library that is searched for.
const of_a_question = {
  'case-401': 'authentication', 'case-402': 'quota', 'case-403': 'authentication', 'case-429': 'quota',
  'case-429-empty': 'quota', 'case-429-monthly': 'quota', 'case-404': 'not_found', 'case-404-empty': 'not_found',
  'case-422': 'not_found', 'case-422-large': 'not_found', 'case-503': 'unavailable', 'case-504': 'unavailable',
  'case-202': 'pending', 'case-301': 'not_found', // a redirect is followed once
  'case-empty': 'not_found', 'case-reset': 'unavailable', 'case-bad-json': 'protocol', 'case-hang': 'timed_out',
}
const of_a_library = {
  'case-401': 'authentication', 'case-402': 'quota', 'case-429': 'quota', 'case-429-empty': 'quota', 'case-503': 'unavailable',
  'case-202': 'pending', 'case-bad-json': 'unavailable', 'case-reset': 'unavailable', 'no-such-package': 'not_found',
}
export const outcomes = [
  ...Object.entries(of_a_question).map(([question, kind]) => ({ question, library: 'next', kind })),
  ...Object.entries(of_a_library).map(([library, kind]) => ({ question: 'x', library, kind })),
]
