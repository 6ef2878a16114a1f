#!/usr/bin/env node
// Starts the program of this platform, which is in a package of its own, and is not in its way: stdio is the program's,
// signals reach it, and its end is ours. NEXTJS_BACKEND_ENGINEER_BINARY names another program.
'use strict'

const { spawn } = require('node:child_process')
const { constants } = require('node:os')

const name = `nextjs-backend-engineer-${process.platform}-${process.arch}`

function binary() {
  if (process.env.NEXTJS_BACKEND_ENGINEER_BINARY) return process.env.NEXTJS_BACKEND_ENGINEER_BINARY
  try {
    return require.resolve(`${name}/bin/nextjs-backend-engineer`)
  } catch {
    console.error(`nextjs-backend-engineer: the package ${name} is not installed. Either there is none for this platform (build the program from ` +
      'source, and name it in NEXTJS_BACKEND_ENGINEER_BINARY), or optional dependencies were left out (npm install --include=optional).')
    process.exit(1)
  }
}

const child = spawn(binary(), process.argv.slice(2), { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', error => {
  console.error(`nextjs-backend-engineer: cannot be started: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
