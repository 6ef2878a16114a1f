// One connection to a server's Unix socket, in the modern era: call(method, params) comes to the response.
import { once } from 'node:events';
import { connect } from 'node:net';

export async function connectTo(path, capabilities = {}) {
  const socket = connect(path);
  await once(socket, 'connect');
  const waiting = new Map();
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': capabilities };
  let rest = '', last = 0;
  socket.setEncoding('utf8').on('data', text => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    }
  });
  return {
    end: () => socket.destroy(),
    call: (method, params = {}) => new Promise(resolve => {
      waiting.set(++last, resolve);
      socket.write(JSON.stringify({ jsonrpc: '2.0', id: last, method, params: { ...params, _meta } }) + '\n');
    })
  };
}
