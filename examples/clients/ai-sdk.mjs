// The AI SDK: the tools as they are given to generateText({ tools }), here called directly. It shows no progress, so the
// server is told to hand over after 10 s: then each look says how far it is.
import { createMCPClient } from '@ai-sdk/mcp'
import { Experimental_StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio'
import { command, env, followed, options, task, textOf } from './task.mjs'

const client = await createMCPClient({
  transport: new Experimental_StdioMCPTransport({ command, args: options, env: { ...env, NEXTJS_BACKEND_ENGINEER_INLINE_BUDGET: '10' } }),
})
const tools = await client.tools()

const ask = async (name, args) => textOf((await tools[name].execute(args, { messages: [], toolCallId: name })).content)

console.log(await followed(await ask('nextjs_backend_engineer', { task }), ask))
await client.close()
