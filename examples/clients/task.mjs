// What every example here is called with: a task, and options of the server.
//   node ai-sdk.mjs "Add rate limiting to the notes API" --project ~/my-app
export const [task, ...options] = process.argv.slice(2)
export const command = process.env.NEXTJS_BACKEND_ENGINEER ?? 'nextjs-backend-engineer'
// The SDKs hand only a few variables on to the servers that they start.
export const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(HOME|PATH|XDG_\w+|ANTHROPIC_\w+|OPENAI_\w+|CONTEXT7_\w+|[AU]\w+SAN_OPTIONS)$/.test(name)))

export const textOf = content => content.filter(one => one.type === 'text').map(one => one.text).join('\n')

// A call that would take longer than its client waits is handed over: the text names the run. Whoever asks for its result
// waits again, and is told meanwhile how far it has come. In an agent the model does this by itself.
export function handedOver(text) {
  return /nextjs_backend_engineer_result/.test(text) ? /run_id "([0-9a-f]{32})"/.exec(text)?.[1] : undefined
}

export async function followed(text, ask) {
  for (let run_id; (run_id = handedOver(text));) {
    console.error(text.split('\n')[0])
    text = await ask('nextjs_backend_engineer_result', { run_id })
  }
  return text
}
