import { Command } from 'commander'
import { expect, test } from 'vitest'
import { nodeArgument } from './node-argument.ts'

const ID = '-fMpKJQQqvs9Za_x-3pYxW2bKcE8dLrTuNoSyVhGw0A'

/** What the command at the end of a command line is given. */
function given(...words: string[]) {
  const command = nodeArgument(new Command('remove').option('--of-fleet').option('--reason <text>'), '[node]')
  const program = new Command('windfall').addCommand(new Command('node').addCommand(command.action(() => undefined)))
  for (const one of [program, ...program.commands, command]) one.exitOverride().configureOutput({ writeErr: () => undefined })
  program.parse(['node', 'remove', ...words], { from: 'user' })
  return { args: command.args, options: command.opts() }
}

test.each([
  { words: [ID], options: {} },
  { words: [ID, '--of-fleet'], options: { ofFleet: true } },
  { words: ['--of-fleet', ID], options: { ofFleet: true } },
  { words: ['--of-fleet', ID, '--reason', 'too hot'], options: { ofFleet: true, reason: 'too hot' } },
  { words: ['--reason', ID, ID], options: { reason: ID } },
])('an id that begins with a dash is an id: $words', ({ words, options }) => {
  expect(given(...words)).toEqual({ args: [ID], options })
})

test('the beginning of such an id is enough, with its ellipsis or without, and so is one with two dashes', () => {
  expect(given(ID.slice(0, 9)).args).toEqual([ID.slice(0, 9)])
  expect(given(`${ID.slice(0, 12)}…`).args).toEqual([`${ID.slice(0, 12)}…`])
  expect(given(`-${ID.slice(0, 42)}`).args).toEqual([`-${ID.slice(0, 42)}`])
  expect(given('fMpK').args).toEqual(['fMpK'])
})

test.each([['--of-flet'], ['--of-flet', 'abc'], ['-x'], [ID, '--reson', 'hot'], ['--reson=hot', ID]])('a mistyped option is still one: %j %j', (...words) => {
  expect(() => given(...words.filter(Boolean))).toThrow(/unknown option/)
})

test('two nodes are one too many', () => {
  expect(() => given(ID, ID)).toThrow(/too many arguments/)
})
