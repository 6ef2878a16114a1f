// The official TypeScript SDK, v1: the handshake of 2025-11-25, progress as it comes.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { command, env, followed, options, task, textOf } from './task.mjs'

const client = new Client({ name: 'example', version: '1' })
await client.connect(new StdioClientTransport({ command, args: options, env }))

// Progress resets the SDK's limit of 60 s, so that the call may take as long as it takes.
const patient = { onprogress: ({ message }) => console.error(message), resetTimeoutOnProgress: true }
const ask = async (name, args) => textOf((await client.callTool({ name, arguments: args }, undefined, patient)).content)

console.log(await followed(await ask('nextjs_backend_engineer', { task }), ask))
await client.close()
