import { beforeAll, expect, test } from 'vitest'
import type { CommandDefinition, OptionDefinition, Value } from '../definition.ts'
import { expectedOf } from './expected.ts'
import { positionAt } from './position.ts'

const value = (name: string, changes: Partial<Value> = {}): Value => ({ name, isVariadic: false, choices: [], ...changes })
const option = (name: string, takes: OptionDefinition['value'] = null): OptionDefinition => ({ names: [name], description: '', value: takes })
const command = (path: readonly string[], changes: Partial<CommandDefinition> = {}): CommandDefinition => ({
  path,
  description: '',
  usage: '',
  arguments: [],
  options: [option('--json')],
  notes: [],
  examples: [],
  commands: [],
  byDefault: null,
  ...changes,
})
const given = (name: string, isRequired = true) => ({ ...value(name), isRequired, description: '' })

let program: CommandDefinition
beforeAll(() => {
  const show = command(['job', 'show'], { arguments: [given('job')] })
  const submit = command(['job', 'submit'], {
    arguments: [given('file', false)],
    options: [
      option('--json'),
      option('--arg', { ...value('value', { isVariadic: true }), isRequired: true }),
      option('--node', { ...value('node'), isRequired: false }),
    ],
  })
  const run = command(['agent', 'run'], { options: [option('--zone', { ...value('zone'), isRequired: true })] })
  const pause = command(['pause'], { arguments: [{ ...given('when', false), isVariadic: true }] })
  program = command([], {
    commands: [command(['job'], { commands: [show, submit] }), command(['agent'], { commands: [run, command(['agent', 'url'])], byDefault: 'run' }), pause],
  })
})

const at = (...words: string[]) => {
  const { command: where, commands, options, value: due, before } = positionAt(program, words)
  return {
    at: where.path.join(' '),
    commands: commands.map(({ path }) => path.at(-1)),
    options: options.map(({ names }) => names[0]),
    value: due?.name ?? null,
    before,
  }
}

test.each([
  ['the beginning', [''], { at: '', commands: ['job', 'agent', 'pause'] }],
  ['below a command', ['job', ''], { at: 'job', commands: ['show', 'submit'] }],
  ['an argument', ['job', 'show', ''], { at: 'job show', value: 'job', commands: [] }],
  ['after the last argument', ['job', 'show', 'a', ''], { value: null, commands: [] }],
  ['an argument that is repeated', ['pause', 'until', '18:00', ''], { value: 'when' }],
  ['an option', ['job', 'show', '-'], { options: ['--json'], value: null }],
  ['after a switch', ['job', 'show', '--json', ''], { value: 'job' }],
  ['a value of an option that takes many', ['job', 'submit', '--arg', 'a', 'b', ''], { value: 'value' }],
  ['an option after those', ['job', 'submit', '--arg', 'a', '-'], { options: ['--json', '--arg', '--node'] }],
  ['the first of them, though it begins with a dash', ['job', 'submit', '--arg', '--x', ''], { value: 'value' }],
  ['a value that need not be', ['job', 'submit', '--node', ''], { value: 'node' }],
  ['an option in its place', ['job', 'submit', '--node', '--json', ''], { value: 'file' }],
  ['a value in the same word', ['job', 'submit', '--node=x'], { value: 'node', before: '--node=' }],
  ['after such a word', ['job', 'submit', '--node=x', ''], { value: 'file' }],
  ['after two dashes nothing is an option', ['job', 'show', '--', '-'], { value: 'job', options: [] }],
  ['an option of what runs by itself', ['agent', '--zone', ''], { value: 'zone' }],
  ['its options', ['agent', '--'], { options: ['--zone', '--json'] }],
  ['a command that there is not', ['jbo', ''], { at: '', commands: [], value: null }],
])('%s', (_, words, expected) => {
  expect(at(...words)).toMatchObject(expected)
})

test.each([
  ['file', { files: true, folders: false, ids: null }],
  ['folder', { files: false, folders: true, ids: null }],
  ['receipt', { files: true, folders: false, ids: 'receipt' }],
  ['zone', { files: false, folders: false, ids: 'zone' }],
  ['text', { files: false, folders: false, ids: null }],
])('what stands for <%s>', (name, expected) => {
  expect(expectedOf(value(name))).toMatchObject(expected)
  expect(expectedOf(value(name, { choices: ['a', 'b'] }))).toEqual({ words: ['a', 'b'], files: false, folders: false, ids: null })
})
