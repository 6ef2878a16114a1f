// Stands where `next dev` listens, and has the habit that it is given: silent (takes connections and says nothing),
// nonsense, gone (ends each connection), refusing (404), hanging (begins to answer and never ends). Prints its port.
import { createServer } from 'node:net'

const say = { nonsense: 'hello\n', refusing: 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n',
  hanging: 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n' }
const habit = process.argv[2]
const server = createServer(socket => {
  socket.on('error', () => {})
  if (habit === 'gone') return socket.destroy()
  socket.on('data', () => {
    if (!say[habit]) return
    socket.write(say[habit])
    if (habit === 'nonsense') socket.end()
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
