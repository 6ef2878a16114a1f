// The official TypeScript SDK, v2, in the stateless protocol of 2026-07-28.
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { command, env, followed, options, task, textOf } from './task.mjs'

const client = new Client({ name: 'example', version: '1' }, { versionNegotiation: { mode: 'auto' } })
await client.connect(new StdioClientTransport({ command, args: options, env }))

const patient = { onprogress: ({ message }) => console.error(message), resetTimeoutOnProgress: true }
const ask = async (name, args) => textOf((await client.callTool({ name, arguments: args }, patient)).content)

console.log(await followed(await ask('nextjs_backend_engineer', { task }), ask))
await client.close()
