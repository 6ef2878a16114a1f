// OpenAI Agents JS: the server as it is given to an agent (`new Agent({ mcpServers: [server] })`), here asked directly.
// It shows no progress and waits 60 s, so the server is told to hand over sooner: then each look says how far it is.
import { MCPServerStdio } from '@openai/agents'
import { command, env, followed, options, task, textOf } from './task.mjs'

const server = new MCPServerStdio({ name: 'nextjs', command, args: options, env: { ...env, NEXTJS_BACKEND_ENGINEER_INLINE_BUDGET: '10' } })
await server.connect()

const ask = async (name, args) => textOf(await server.callTool(name, args))

console.log(await followed(await ask('nextjs_backend_engineer', { task }), ask))
await server.close()
