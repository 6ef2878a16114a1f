// HTTPS on loopback in front of a fake, under any host's name: a certificate of a company's own, and a proxy that
// connects everybody to it.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createProxy, request } from 'node:http'
import { createServer } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function startTls(behind, host = 'localhost') {
  const folder = mkdtempSync(join(tmpdir(), 'nbe-tls-'))
  const file = name => join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Acme Root', '-keyout', 'ca.key', '-out', 'ca.pem')
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${host}`, '-keyout', 'server.key', '-out', 'server.csr')
  writeFileSync(file('san'), `subjectAltName=DNS:${host},IP:127.0.0.1\n`)
  openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'san', '-out', 'server.pem')
  const front = createServer({ key: readFileSync(file('server.key')), cert: readFileSync(file('server.pem')) }, (req, res) => {
    const onward = request(behind.url + req.url, { method: req.method, headers: req.headers }, answer => {
      res.writeHead(answer.statusCode, answer.headers)
      answer.pipe(res)
    })
    req.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(front, 'listening')
  const sockets = new Set()
  const proxy = createProxy().on('connect', (req, socket) => {
    const onward = connect(front.address().port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    for (const one of [socket, onward]) { sockets.add(one); one.on('error', () => {}).on('close', () => sockets.delete(one)) }
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    file,
    authorities: file('ca.pem'),
    url: `https://localhost:${front.address().port}`,
    proxy: `http://127.0.0.1:${proxy.address().port}`,
    close: () => {
      for (const one of sockets) one.destroy()
      for (const server of [proxy, front]) { server.close(); server.closeAllConnections() }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
