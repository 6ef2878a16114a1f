// The official TypeScript clients, v1 (legacy era) and v2 (both), as one list to run a test over.

import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { modernVersion } from './support.mjs'

const self = { name: 'tests', version: '1' }

async function connected(client, transport) {
  await client.connect(transport)
  return client
}

const v2 = (name, options, expected) => ({
  name,
  connect: server => connected(new ClientV2(self, options), new StdioV2(server)),
  version: client => client.getNegotiatedProtocolVersion(),
  expected,
  call: (client, params, options) => client.callTool(params, options),
})

// connect(server): a client of the process that `server` describes. call(client, params, options): tools/call.
export const officialClients = [
  {
    name: 'v1 client, legacy era',
    connect: server => connected(new ClientV1(self), new StdioV1(server)),
    call: (client, params, options) => client.callTool(params, undefined, options),
  },
  v2('v2 client, legacy era', undefined, '2025-11-25'),
  v2('v2 client, modern era by itself', { versionNegotiation: { mode: 'auto' } }, modernVersion),
  v2('v2 client, pinned to the modern era', { versionNegotiation: { mode: { pin: modernVersion } } }, modernVersion),
]
