// The anchor: a server on the official TypeScript SDK v2 with the tools that the benchmark calls.
// Usage: node sdk_server.mjs stdio | http PORT | unix PATH
import http from 'node:http';
import net from 'node:net';
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod/v4';

const [kind, where] = process.argv.slice(2);

function server() {
  const out = new McpServer({ name: 'anchor', version: '2.4.0' }, { capabilities: { tools: {} } });
  out.registerTool('echo', { description: 'Says it back.', inputSchema: z.object({ text: z.string() }) }, async ({ text }) => ({
    content: [{ type: 'text', text }]
  }));
  out.registerTool('slow', { description: 'Waits.', inputSchema: z.object({ ms: z.number() }) }, async ({ ms }) => {
    await new Promise(done => setTimeout(done, ms).unref());
    return { content: [{ type: 'text', text: 'done' }] };
  });
  return out;
}

if (kind === 'http') {
  const handler = toNodeHandler(createMcpHandler(server));
  const validHost = localhostHostValidation();
  const validOrigin = localhostOriginValidation();
  const listener = http.createServer((request, response) => {
    if (validHost(request, response) && validOrigin(request, response)) void handler(request, response);
  });
  listener.listen(Number(where), '127.0.0.1');
} else if (kind === 'unix') {
  const listener = net.createServer(socket => {
    socket.on('error', () => socket.destroy());
    serveStdio(server, { transport: new StdioServerTransport(socket, socket) });
  });
  listener.listen(where);
} else {
  serveStdio(server);
}
