import { expect, test } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import { createOutput, table } from './output.ts'

function setUp(json: boolean) {
  const written = { out: '', err: '' }
  const output = createOutput(json, { out: (text) => (written.out += text), err: (text) => (written.err += text) })
  return { output, written }
}

test('an answer is lines for people and one line of JSON for programs; progress never mixes with it', () => {
  const [text, json] = [setUp(false), setUp(true)]
  for (const { output } of [text, json]) {
    output.progress('working')
    output.answer({ a: [1] }, () => ['one', 'two'])
  }
  expect(text.written).toEqual({ out: 'one\ntwo\n', err: 'working\n' })
  expect(json.written).toEqual({ out: '{"a":[1]}\n', err: 'working\n' })
})

test('no lines are no output, and programs do not pay for the words', () => {
  const text = setUp(false)
  text.output.answer([], () => [])
  expect(text.written.out).toBe('')
  setUp(true).output.answer([], () => expect.fail('not needed'))
})

test('a failure is told on standard error, and to programs on standard output too', () => {
  const error = new WindfallError('conflict', 'Twice.')
  const [text, json] = [setUp(false), setUp(true)]
  text.output.failure(error)
  json.output.failure(error)
  expect(text.written).toEqual({ out: '', err: 'windfall: Twice.\n' })
  expect(json.written.err).toBe('windfall: Twice.\n')
  expect(JSON.parse(json.written.out)).toMatchObject({ error: { code: 'conflict', detail: 'Twice.' } })
})

test('columns line up under the widest cell', () => {
  expect(
    table([
      ['job', 'state', 'name'],
      ['1', 'completed', 'x'],
      ['22', 'ok', 'y'],
    ]),
  ).toEqual(['job  state      name', '1    completed  x', '22   ok         y'])
  expect(table([])).toEqual([])
})

test('at a terminal long cells are shortened, so that a line stays a line; a pipe gets all of them', () => {
  const rows = [
    ['job', 'state', 'name'],
    ['01a20321-2b23-7113-8bad-2e365217fb71', 'running', 'Wind turbines at sunrise, 800 × 600, with a very long explanation of why it waits'],
  ]
  const [, narrow = ''] = table(rows, 80)
  expect(narrow).toMatch(/^01a20321-2b23-7113-8bad-2e365217fb71 {2}running {2}Wind turbines at sunrise, .*…$/)
  expect(narrow).toHaveLength(80)
  expect(table(rows, Infinity)[1]).toContain('why it waits')
  expect(table(rows)[1]).toContain('why it waits')
})

test('wide letters take the columns that they take', () => {
  expect(
    table([
      ['name', 'state'],
      ['風力', 'ok'],
      ['🌱 seed', 'ok'],
    ]),
  ).toEqual(['name     state', '風力     ok', '🌱 seed  ok'])
})

test('a terminal is emptied by what it understands, which text from others cannot do', () => {
  const { output, written } = setUp(false)
  output.clear()
  output.progress('\u001B[2J')
  expect(written).toEqual({ out: '\u001B[H\u001B[2J', err: '\uFFFD[2J\n' })
})
