// Our JSON Schema validator against Hyperjump's, the strictest of those on npm: schemas of ours, and random ones, with
// instances that nearly fit. (Ajv is wrong about `contains` and about what alternatives evaluate.)
// NBE_JSON_SCHEMA_TEST_SUITE names a checkout of the official suite, which is then run as well.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { registerSchema, unregisterSchema, validate } from '@hyperjump/json-schema/draft-2020-12'
import { probe } from './support.mjs'

// One answer for each of [{schema, instances, formats}].
function ours(questions) {
  const input = questions.map(q => JSON.stringify(q) + '\n').join('')
  const { stdout, status, signal } = spawnSync(probe('json_schema'), { input, maxBuffer: 1 << 28, timeout: 60_000 })
  assert.equal(status, 0, `ended by ${signal}`)
  return stdout.toString().trimEnd().split('\n').map(line => JSON.parse(line))
}

const dialect = 'https://json-schema.org/draft/2020-12/schema'
let asked = 0

// The same question to Hyperjump: true or false for each instance, or nothing if it refuses the schema.
async function theirs({ schema, instances }) {
  const id = schema.$id ?? `https://tests.example/${++asked}`
  try {
    registerSchema(structuredClone(schema), id, dialect)
    const isValid = await validate(id)
    return instances.map(instance => isValid(instance).valid)
  } catch {
    return undefined
  } finally {
    unregisterSchema(id)
  }
}

async function compare(questions) {
  let compared = 0
  let valid = 0
  const answers = ours(questions)
  for (const [i, { schema, instances }] of questions.entries()) {
    const expected = await theirs(questions[i])
    const { fault, errors } = answers[i]
    if (fault || !expected) {
      assert.equal(Boolean(fault), !expected, `${JSON.stringify(schema)}: ${fault}`)
      continue
    }
    expected.forEach((fits, k) => {
      const what = `${JSON.stringify(instances[k])} and ${JSON.stringify(schema)}`
      assert.equal(errors[k].length === 0, fits, `${what}: ${errors[k]}`)
      ++compared
      valid += fits
    })
  }
  return { compared, valid }
}

// Mulberry32: the same run every time.
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

class Maker {
  constructor(seed) {
    this.next = random(seed)
  }
  below = n => Math.floor(this.next() * n)
  pick = list => list[this.below(list.length)]
  some = (n, make) => Array.from({ length: this.below(n + 1) }, make)
  name = () => this.pick(['a', 'b', 'c', 'xy', 'ü'])
  named = (n, make) => Object.fromEntries(this.some(n, () => [this.name(), make()]))

  instance(depth = 3) {
    const scalars = [null, true, false, 0, 1, -1, 2, 1.5, 3, 100, '', 'a', 'ab', 'abc', 'üü', '😀', 'x1', '12']
    if (depth === 0 || this.next() < 0.3) return this.pick(scalars)
    if (this.next() < 0.4) return this.some(4, () => this.instance(depth - 1))
    return this.named(4, () => this.instance(depth - 1))
  }

  schema(depth = 3) {
    if (this.next() < 0.05) return this.pick([true, false])
    const out = {}
    for (let n = 1 + this.below(3); n > 0; --n) this.keyword(out, depth)
    return out
  }

  keyword(out, depth) {
    const sub = () => this.schema(depth - 1)
    const list = () => [sub(), ...this.some(2, sub)]
    const count = () => this.below(4)
    const kinds = ['null', 'boolean', 'object', 'array', 'string', 'number', 'integer']
    const assertions = {
      type: () => (this.next() < 0.5 ? this.pick(kinds) : [...new Set([this.pick(kinds), this.pick(kinds)])]),
      enum: () => [this.instance(1), this.instance(1), this.instance(0)].filter(distinct),
      const: () => this.instance(1),
      minimum: count, maximum: count, exclusiveMinimum: count, exclusiveMaximum: count,
      multipleOf: () => this.pick([1, 2, 0.5, 3]),
      minLength: count, maxLength: count, minItems: count, maxItems: count,
      minProperties: count, maxProperties: count,
      uniqueItems: () => this.next() < 0.7,
      pattern: () => this.pick(['^a', 'b$', '^\\w+$', '[a-b]{2}', '^.$', '\\d', '^(?!a)', 'a|ü', '^[^a]*$']),
      required: () => [...new Set(this.some(2, this.name))],
      dependentRequired: () => this.named(2, () => [this.name()]),
    }
    const applicators = {
      properties: () => this.named(3, sub), patternProperties: () => ({ [this.pick(['^a', 'x|b', '.', 'ü'])]: sub() }),
      additionalProperties: sub, propertyNames: sub, unevaluatedProperties: sub, dependentSchemas: () => this.named(2, sub),
      items: sub, prefixItems: list, contains: sub, minContains: count, maxContains: count, unevaluatedItems: sub,
      allOf: list, anyOf: list, oneOf: list, not: sub, if: sub, then: sub, else: sub,
      $ref: () => this.pick(['#/$defs/one', '#two']),
    }
    const all = depth > 0 ? { ...assertions, ...applicators } : assertions
    const keyword = this.pick(Object.keys(all))
    out[keyword] = all[keyword]()
  }

  question() {
    const schema = this.schema()
    if (typeof schema === 'object')
      schema.$defs = { one: this.schema(1), two: { $anchor: 'two', ...[this.schema(1)].filter(s => typeof s === 'object')[0] } }
    for (const definition of Object.values(schema.$defs ?? {})) withoutReferences(definition)
    return { schema, instances: Array.from({ length: 24 }, () => this.instance()) }
  }
}

const distinct = (value, i, all) => all.findIndex(other => JSON.stringify(other) === JSON.stringify(value)) === i

// Definitions that lead to each other would be endless.
function withoutReferences(schema) {
  if (typeof schema !== 'object' || schema === null) return
  delete schema.$ref
  Object.values(schema).forEach(withoutReferences)
}

test('random schemas are judged as Hyperjump judges them', async () => {
  const maker = new Maker(Number(process.env.NBE_RANDOM_SEED ?? 20260728))
  const questions = Array.from({ length: Number(process.env.NBE_RANDOM_SCHEMAS ?? 1000) }, () => maker.question())
  const { compared, valid } = await compare(questions)
  assert.ok(compared > 20_000, `${compared}`)
  assert.ok(valid > compared / 10 && valid < compared * 0.9, `${valid} of ${compared}`)
})

test('schemas as tools have them are judged as Hyperjump judges them', async () => {
  const person = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' } } } },
    type: 'object',
    properties: { name: { type: 'string' }, address: { $ref: '#addressDef' }, phone: true, email: true,
      contactMethod: { enum: ['phone', 'email'] } },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  }
  const tree = {
    $id: 'https://example.com/tree', $dynamicAnchor: 'node', type: 'object', required: ['value'],
    properties: { value: { type: 'integer' }, children: { type: 'array', items: { $dynamicRef: '#node' } } },
  }
  const strict = {
    $id: 'https://example.com/strict', $dynamicAnchor: 'node', $ref: 'tree', unevaluatedProperties: false,
    $defs: { tree },
  }
  const nodes = [
    { value: 1 }, { value: 1, children: [] }, { value: 1, children: [{ value: 2, children: [{ value: 3 }] }] },
    { value: 1, children: [{ value: 'x' }] }, { value: 1, children: [{}] }, { value: 1, more: 1 },
    { value: 1, children: [{ value: 1, more: 1 }] },
  ]
  const { compared } = await compare([
    { schema: person, instances: [
      {}, { email: 1 }, { phone: 1 }, { phone: 1, contactMethod: 'phone' }, { email: 1, contactMethod: 'phone' },
      { email: 1, address: { street: 1 } }, { email: 1, address: {} }, { email: 1, x: 1 }, [], null,
    ] },
    { schema: tree, instances: nodes },
    { schema: strict, instances: nodes },
    { schema: { $ref: 'https://example.com/elsewhere' }, instances: [1] },
    { schema: { type: 'text' }, instances: [1] },
    { schema: { pattern: '(' }, instances: ['a'] },
  ])
  assert.equal(compared, 24)
})

const suite = process.env.NBE_JSON_SCHEMA_TEST_SUITE
test('the official suite', { skip: !suite && 'NBE_JSON_SCHEMA_TEST_SUITE is not set' }, () => {
  // References to what would have to be fetched, vocabularies of one's own and \p are refused.
  const refusable = /leads nowhere in this schema|is not supported|escape that is not known/
  for (const [draft, dialect] of [['draft2020-12'], ['draft7', 'http://json-schema.org/draft-07/schema#']]) {
    const folder = join(suite, 'tests', draft)
    assert.ok(existsSync(folder))
    const groups = readdirSync(folder).filter(f => f.endsWith('.json'))
      .flatMap(f => JSON.parse(readFileSync(join(folder, f))).map(g => ({ ...g, where: `${draft} ${f}: ${g.description}` })))
    const dialected = s => (dialect && typeof s === 'object' ? { $schema: dialect, ...s } : s)
    const answers = ours(groups.map(g => ({ schema: dialected(g.schema), instances: g.tests.map(t => t.data) })))
    let refused = 0
    groups.forEach((group, i) => {
      if (answers[i].fault) {
        assert.match(answers[i].fault, refusable, group.where)
        ++refused
      } else {
        group.tests.forEach((t, k) =>
          assert.equal(answers[i].errors[k].length === 0, t.valid, `${group.where}: ${t.description}`))
      }
    })
    assert.ok(refused < groups.length / 8, `${refused} of ${groups.length}`)
  }
})
