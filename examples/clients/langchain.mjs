// LangChain JS: the tools as they are given to an agent (`createAgent({ model, tools })`), here called directly.
import { MultiServerMCPClient } from '@langchain/mcp-adapters'
import { command, env, followed, options, task } from './task.mjs'

const client = new MultiServerMCPClient({
  mcpServers: { nextjs: { transport: 'stdio', command, args: options, env } },
  onProgress: ({ message }) => console.error(message),
})
const tools = await client.getTools()

const ask = async (name, args) => {
  const said = await tools.find(tool => tool.name === name).invoke(args)
  return typeof said === 'string' ? said : said.map(one => one.text ?? '').join('\n')
}

console.log(await followed(await ask('nextjs_backend_engineer', { task }), ask))
await client.close()
