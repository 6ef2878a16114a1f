// server.json of the MCP registry, for the version of the program.
//
//   node make.mjs BINARY > server.json
import { execFileSync } from 'node:child_process'

const name = 'nextjs-backend-engineer'
const version = execFileSync(process.argv[2], ['--version'], { encoding: 'utf8' }).trim().split(' ').at(-1)
const variable = (name, description, isSecret = true) => ({ name, description, isRequired: false, isSecret, format: 'string' })

console.log(JSON.stringify({
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  name: `io.github.${name}/${name}`,
  title: 'Next.js backend engineer',
  description: 'Expert Next.js backend engineer: documentation first, then finished code that was checked',
  version,
  packages: [{
    registryType: 'npm',
    identifier: name,
    version,
    transport: { type: 'stdio' },
    packageArguments: [{ type: 'named', name: '--project', description: 'The Next.js project that may be read', format: 'filepath', isRequired: true }],
    environmentVariables: [
      variable('ANTHROPIC_API_KEY', 'Optional: without any key the host\'s own model works from a brief'),
      variable('OPENAI_API_KEY', 'Optional: for OpenAI and what speaks chat completions, with OPENAI_MODEL'),
      variable('OPENAI_MODEL', 'The model for OPENAI_API_KEY', false),
      variable('CONTEXT7_API_KEY', 'Optional: raises the limits of Context7'),
    ],
  }],
}, null, 2))
