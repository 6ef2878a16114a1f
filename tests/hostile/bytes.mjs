// What is said in a few bytes, and what must come back: one list for every door and both eras. A case is
// [id, name, bytes, replies]: the replies in order, each an error code, an error with the id it answers, or a result.

import { modernMeta } from './doors.mjs'

const bytes = (...parts) => Buffer.concat(parts.map(p => (typeof p === 'string' ? Buffer.from(p) : Buffer.from(p))))
export const error = (code, id) => ({ code, id })
export const result = id => ({ id })
const isError = id => ({ id, isError: true })

const syntax = -32700
const invalid = -32600
const unknown = -32601
const params = -32602

export function byteCases(era) {
  const modern = era === 'modern'
  const meta = JSON.stringify(modernMeta)
  const withMeta = text => {
    if (!modern) return text || '{}'
    return `{${text.slice(1, -1)}${text.length > 2 ? ',' : ''}"_meta":${meta}}`
  }
  // A request in this era's words; every part as text.
  const request = (id, method = '"tools/list"', p = '{}', more = '') =>
    `{"jsonrpc":"2.0","id":${id},"method":${method},"params":${withMeta(p)}${more}}\n`
  const echo = (id, args) => request(id, '"tools/call"', `{"name":"echo","arguments":${args}}`)
  const tool = (id, name) => request(id, '"tools/call"', `{"name":${name},"arguments":{}}`)
  const metaCase = m => `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":${m}}}\n`
  const version = v => `"io.modelcontextprotocol/protocolVersion":${v}`
  const capabilities = c => `"io.modelcontextprotocol/clientCapabilities":${c}`
  const nested = (open, middle, close, n) => open.repeat(n) + middle + close.repeat(n)
  const list = []
  const add = (id, name, send, ...want) => list.push({ id, name, send: bytes(send), want })

  // ---- no JSON
  for (const text of [
    '{', '}', '[', ']', '{"a"', '{"a":', '{"a":1', '{"a"}', '{"a":}', '{:1}', '{a:1}', "{'a':1}", '{"a":1,}', '[1,]', '[,]', '[1 2]',
    'nul', 'nulll', 'tru', 'True', 'NULL', 'undefined', '"abc', '"\\x"', '"\\u12"', '"\\u12g4"', '"\\ud800"', '"\\udc00\\ud800"',
    '"a\tb"', '"\u0001"', '01', '-01', '+1', '.5', '1.', '1e', '1e+', '-', '0x10', '1_000', 'NaN', 'Infinity', '-Infinity', '{} x', '{}{}',
    '1 2', '// c', '/* c */ {}', '{} // c', '# c', '\u00a0{}', '\u2028{}', '\f{}', '\v{}', 'POST / HTTP/1.1', '<xml/>', 'Content-Length: 2',
    '{"jsonrpc":"2.0","id":1,"method":"ping"', '{"jsonrpc":"2.0","id":1,"method":"ping"}}', '\u0000', 'a'.repeat(100_000), '"' + '\\'.repeat(9999),
  ]) add('S02', `no JSON: ${JSON.stringify(text.slice(0, 24))}`, text + '\n', error(syntax))
  add('S05', 'a byte order mark', bytes([0xef, 0xbb, 0xbf], request(1)), error(syntax))
  add('S05', 'UTF-16', Buffer.from('{"jsonrpc":"2.0"}\n', 'utf16le').subarray(0, -1), error(syntax))
  add('S06', 'NUL inside a message', bytes('{"jsonrpc":"2.0",', [0], '"id":1}\n'), error(syntax))
  add('S06', 'NUL after a message', bytes(request(1).trimEnd(), [0], '\n'), error(syntax))
  add('S07', 'a lone carriage return is white space', request(1).replace(',', ',\r'), result(1))

  // ---- not UTF-8, anywhere
  for (const bad of [
    [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc3], [0xc3, 0x28], [0xe2, 0x82], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf],
    [0xf0, 0x9f, 0x98], [0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfe], [0xff],
  ]) {
    const hex = Buffer.from(bad).toString('hex')
    const [head, tail] = echo(1, '{"text":"@"}').split('@')
    add('S04', `not UTF-8 in a text: ${hex}`, bytes(head, bad, tail), error(syntax))
    const [before, after] = request('"@"').split('@')
    add('S04', `not UTF-8 in an id: ${hex}`, bytes(before, bad, after), error(syntax))
    add('S04', `not UTF-8 in a key: ${hex}`, bytes('{"', bad, '":1}\n'), error(syntax))
    add('S04', `not UTF-8 alone: ${hex}`, bytes(bad, '\n'), error(syntax))
  }

  // ---- JSON, but no message
  for (const text of ['17', '-0', '1e400', '"text"', 'null', 'true', '[]', '[1]', '[[]]', '[null,null]', '{}', '{"a":1}', '{"jsonrpc":"2.0"}'])
    add('S15', `no message: ${text}`, text + '\n', error(invalid))
  add('S15', 'a batch', `[${request(1).trim()},${request(2).trim()}]\n`, error(invalid))
  add('S15', 'a batch of 10,000', `[${Array(10_000).fill('{}').join()}]\n`, error(invalid))
  add('S16', 'empty lines', '\n\n\r\n\n', ...[])
  add('S16', 'white space before and after', `  \t${request(1).trimEnd()} \t \n`, result(1))
  add('S16', 'a line of spaces is no message', '   \n', error(syntax))
  add('S16', 'two messages in one write', request(1) + request(2), result(1), result(2))
  add('S16', 'CRLF', request(1).replace('\n', '\r\n'), result(1))
  for (const v of ['"1.0"', '2.0', '2', '"2"', 'null', '"2.0 "', '["2.0"]'])
    add('S17', `jsonrpc ${v}`, `{"jsonrpc":${v},"id":7,"method":"ping"}\n`, error(invalid, 7))
  add('S17', 'no jsonrpc', '{"id":7,"method":"ping"}\n', error(invalid, 7))
  for (const m of ['5', 'null', '[]', '{}', 'true']) add('S18', `method ${m}`, `{"jsonrpc":"2.0","id":7,"method":${m}}\n`, error(invalid, 7))
  add('S18', 'no method', '{"jsonrpc":"2.0","id":7}\n', error(invalid, 7))
  for (const p of ['[]', '[1]', '"x"', '5', 'null', 'false'])
    add('S18', `params ${p}`, `{"jsonrpc":"2.0","id":7,"method":"ping","params":${p}}\n`, error(invalid, 7))

  // ---- ids
  for (const id of ['null', '1.5', '1.0', '1e2', '-1.5e-3', 'true', 'false', '[]', '[1]', '{}', '9223372036854775808', '-9223372036854775809',
    '18446744073709551615', '18446744073709551616', '1e400', '1' + '0'.repeat(400)])
    add('S20', `id ${id.slice(0, 24)}`, request(id), error(invalid))
  for (const id of ['0', '-0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808', '""', '"1"', '"é😀"', '"\\u0000"', '"__proto__"',
    '"constructor"', '"\\u001b[2J"', '"../../etc/passwd"', '"\\u202e"', '"\\ud83d\\ude00"', `"${'i'.repeat(100_000)}"`])
    list.push({ id: 'S20', name: `id ${id.slice(0, 24)}`, send: bytes(request(id)), want: [{ idText: id }] })

  // ---- keys
  add('S21', 'Method, METHOD and methoſd are not method', '{"jsonrpc":"2.0","id":7,"Method":"ping","METHOD":"ping","methoſd":"ping"}\n', error(invalid, 7))
  add('S21', 'ID is not id: this is a notification', '{"jsonrpc":"2.0","ID":7,"method":"ping"}\n')
  add('S21', 'Params is not params', request(1, '"tools/list"', '{}', ',"Params":5'), result(1))
  for (const [what, text] of Object.entries({
    id: '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', method: '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}',
    escaped: '{"jsonrpc":"2.0","id":1,"\\u0069d":2,"method":"ping"}', params: '{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{}}',
    jsonrpc: '{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"ping"}', name: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","name":"slow"}}',
    argument: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"a","text":"b"}}}',
    _meta: '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"a":1,"a":2}}}',
  })) add('S28', `the same member twice: ${what}`, text + '\n', error(invalid))
  add('S29', 'more members than are known', request(1, '"tools/list"', '{}', ',"extra":{"deep":[1,2,{"x":null}]},"__proto__":{"a":1}'), result(1))
  add('S29', 'a request that is also a response is a request', request(1, '"tools/list"', '{}', ',"result":{}'), result(1))

  // ---- answers to nothing, and notifications
  add('S22', 'a result for nothing', '{"jsonrpc":"2.0","id":99,"result":{}}\n')
  add('S22', 'an error for nothing', '{"jsonrpc":"2.0","id":99,"error":{"code":1,"message":"x"}}\n')
  add('S22', 'an error without an id', '{"jsonrpc":"2.0","error":{"code":-32700,"message":"\\u001b[31mx"}}\n')
  add('S22', 'an error of nonsense', '{"jsonrpc":"2.0","id":99,"error":"no"}\n')
  add('S22', 'a result and an error', '{"jsonrpc":"2.0","id":99,"result":{},"error":{"code":1,"message":"x"}}\n', error(invalid))
  add('S22', 'a result without an id', '{"jsonrpc":"2.0","result":{}}\n', error(invalid))
  for (const n of ['nothing', 'notifications/unknown', 'tools/call', '', '__proto__', '\\u001b[2J', 'notifications/initialized', 'exit'])
    add('S23', `the notification ${n || 'without a name'}`, `{"jsonrpc":"2.0","method":"${n}"}\n`)
  for (const p of ['', ',"params":{}', ',"params":{"requestId":12345}', ',"params":{"requestId":null}', ',"params":{"requestId":{}}', ',"params":{"requestId":"~1"}',
    ',"params":{"requestId":1.5}', ',"params":{"requestId":9,"reason":[[[]]]}', ',"params":{"requestId":1e308}'])
    add('S25', `cancelling nothing${p}`, `{"jsonrpc":"2.0","method":"notifications/cancelled"${p}}\n`)
  add('S25', 'notifications/cancelled as a request', request(1, '"notifications/cancelled"', '{"requestId":1}'), error(unknown, 1))

  // ---- depth, numbers, sizes
  const depth = (open, middle, close, n) => echo(1, `{"text":"x","deep":${nested(open, middle, close, n)}}`)
  add('S08', '128 arrays deep is legal', depth('[', '', ']', 125), isError(1))
  add('S08', '129 arrays deep', depth('[', '', ']', 126), error(invalid))
  add('S08', '128 objects deep is legal', depth('{"a":', '1', '}', 125), isError(1))
  add('S08', '129 objects deep', depth('{"a":', '1', '}', 126), error(invalid))
  add('S08', '100,000 arrays deep', '['.repeat(100_000) + '\n', error(invalid))
  add('S08', '100,000 arrays deep, and closed', nested('[', '', ']', 100_000) + '\n', error(invalid))
  add('S08', '100,000 objects deep', nested('{"a":', '1', '}', 100_000) + '\n', error(invalid))
  add('S08', '100,000 deep in an id', request(nested('[', '', ']', 100_000)), error(invalid))
  for (const n of ['1e400', '-1e400', '1' + '0'.repeat(400), '123456789e9999999999'])
    add('S27', `the number ${n.slice(0, 24)}`, echo(1, `{"text":${n}}`), error(invalid))
  for (const n of ['1e-400', '0.' + '1'.repeat(10_000), '-0', '-0.0', '18446744073709551615', '18446744073709551616', '1E+2'])
    add('S27', `the number ${n.slice(0, 24)}`, echo(1, `{"text":${n}}`), isError(1))
  add('S26', '200,001 values', `[${'1,'.repeat(199_999)}1]\n`, error(invalid))
  add('S26', '50,000 members', echo(1, `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":0`).join()}}`), isError(1))
  add('S26', '50,000 members, two of them the same', echo(1, `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":0`).join()},"k0":1}`), error(invalid))
  add('S26', 'a key of 1 MB', echo(1, `{"${'k'.repeat(1_000_000)}":0}`), isError(1))

  // ---- methods and tools
  const nonsense = ['', ' ', 'nothing', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'tools/list ', 'TOOLS/LIST', 'tools//list', 'tools/list/../call',
    '../../etc/passwd', '/etc/passwd', 'file:///etc/passwd', '\\u001b[2J\\u001b]0;x\\u0007', '\\u0000', '\\r\\nSet-Cookie: a=b', '\\u202eevil', 'rpc.discover', '%s%n%x', '${jndi:ldap://x}',
    '$(touch planted)', "'; DROP TABLE runs; --", 'm'.repeat(100_000)]
  for (const m of nonsense) add('S19', `the method ${m.slice(0, 24)}`, request(1, `"${m}"`), error(unknown, 1))
  for (const m of modern ? ['ping', 'logging/setLevel', 'resources/subscribe', 'notifications/initialized'] : ['server/discover', 'subscriptions/listen'])
    add('S19', `the other era's ${m}`, request(1, `"${m}"`), error(unknown, 1))
  for (const n of nonsense.filter(n => n !== 'nothing')) add('S53', `the tool ${n.slice(0, 24)}`, tool(1, `"${n}"`), error(params, 1))
  for (const n of ['5', 'null', '[]', '{}']) add('S53', `the tool ${n}`, tool(1, n), error(params, 1))
  add('S53', 'a tool without a name', request(1, '"tools/call"', '{}'), error(params, 1))
  for (const a of ['[]', '5', '"x"', 'true']) add('S50', `arguments ${a}`, echo(1, a), error(params, 1))
  for (const a of ['{}', '{"text":5}', '{"text":null}', '{"text":["x"]}', '{"Text":"x"}', '{"text":"x","more":1}', '{"__proto__":{"text":"x"}}', '{"constructor":1,"text":"x"}'])
    add('S50', `arguments ${a}`, echo(1, a), isError(1))
  for (const c of ['5', '{}', '""', '"AAAA"', '"../../etc/passwd"']) add('S55', `the cursor ${c}`, request(1, '"tools/list"', `{"cursor":${c}}`), error(params, 1))
  list.push(...exactTexts().map(text => ({ id: 'S24', name: `the text ${JSON.stringify(text).slice(0, 30)} comes back`, send: bytes(echo(1, JSON.stringify({ text }))), want: [{ id: 1, text }] })))

  // ---- the envelope of an era
  if (modern) {
    for (const v of ['"1900-01-01"', '"2025-11-25"', '"2027-01-01"', '""', '"__proto__"', '"\\u001b[2J"', `"${'9'.repeat(5000)}"`])
      add('S40', `the version ${v.slice(0, 24)}`, metaCase(`{${version(v)},${capabilities('{}')}}`), error(-32022, 1))
    for (const v of ['null', '5', '[]', '{}', 'true']) add('S40', `the version ${v}`, metaCase(`{${version(v)},${capabilities('{}')}}`), error(params, 1))
    add('S41', 'no capabilities', metaCase(`{${version('"2026-07-28"')}}`), error(params, 1))
    for (const c of ['null', '[]', '5', '"x"']) add('S41', `the capabilities ${c}`, metaCase(`{${version('"2026-07-28"')},${capabilities(c)}}`), error(params, 1))
    add('S41', 'no version: neither era', metaCase(`{${capabilities('{}')}}`), error(params, 1))
    for (const m of ['[]', '5', '"x"', 'null']) add('S41', `_meta ${m}: neither era`, metaCase(m), error(params, 1))
    add('S41', 'no params: neither era', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n', error(params, 1))
    const both = `${version('"2026-07-28"')},${capabilities('{}')}`
    for (const [what, m] of [['clientInfo', '5'], ['clientInfo', '{}'], ['logLevel', '"loud"'], ['logLevel', '5']])
      add('S42', `${what} ${m}`, metaCase(`{${both},"io.modelcontextprotocol/${what}":${m}}`), error(params, 1))
    for (const p of ['{}', '[]', 'null', '1.5', 'true']) add('S42', `the progress token ${p}`, metaCase(`{${both},"progressToken":${p}}`), error(params, 1))
    add('S42', 'more in _meta than is known', metaCase(`{${both},"__proto__":{"x":1},"a/b":[1]}`), result(1))
  } else {
    for (const p of ['', ',"params":{}', ',"params":{"protocolVersion":5}', ',"params":{"protocolVersion":null,"capabilities":{},"clientInfo":{"name":"x","version":"1"}}',
      ',"params":{"protocolVersion":"2025-11-25","capabilities":[],"clientInfo":{"name":"x","version":"1"}}', ',"params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":5}'])
      add('S43', `initialize${p.slice(0, 60)}`, `{"jsonrpc":"2.0","id":1,"method":"initialize"${p}}\n`, error(params, 1))
    for (const v of ['1900-01-01', '2027-01-01', '', '__proto__', '2025-11-25'])
      add('S43', `initialize again, with ${v || 'no version'}`, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"${v}","capabilities":{},"clientInfo":{"name":"\\u001b[2J","version":"1"}}}\n`, result(1))
    for (const m of ['5', '[]', 'null', '"x"', '{"a":1}']) add('S44', `_meta ${m}`, `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":${m}}}\n`, result(1))
    for (const p of ['{}', '[]', 'null', '1.5']) add('S44', `the progress token ${p}`, `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"progressToken":${p}}}}\n`, error(params, 1))
    for (const l of ['"loud"', '5', 'null']) add('S44', `the log level ${l}`, request(1, '"logging/setLevel"', `{"level":${l}}`), error(params, 1))
  }
  return list
}

const exactTexts = () => [
  '', ' ', '\n', '\r\n', '\t', '\u0000', '"\\/\b\f', '\u2028\u2029', '\u001b[2J', 'é', '😀', '\uffff', '\u202e', '{"jsonrpc":"2.0"}', 'data: x\n\ndata: y',
  'x'.repeat(300_000), '😀'.repeat(50_000),
]
