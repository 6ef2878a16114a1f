// For `node --import`: the suite imports fs.globSync, which Node has from version 22 on. It is used by a command that
// we do not run, so that a stand-in which throws will do.
import { register } from 'node:module'

const source = code => `data:text/javascript,${encodeURIComponent(code)}`
const fs = source(`export * from 'node:fs'
export { default } from 'node:fs'
export const globSync = () => { throw new Error('globSync needs Node 22') }`)

register(source(`export const resolve = (specifier, context, next) =>
  specifier === 'fs' && context.parentURL?.includes('/@modelcontextprotocol/conformance/')
    ? { url: ${JSON.stringify(fs)}, shortCircuit: true } : next(specifier, context)`))
