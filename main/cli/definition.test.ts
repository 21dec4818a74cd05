import { type Command, Option } from 'commander'
import { beforeAll, expect, test } from 'vitest'
import { expectedOf } from './completion/expected.ts'
import { type CommandDefinition, defineCommand, everyCommand, pathOf } from './definition.ts'
import { EXAMPLES } from './examples.ts'
import { createProgram } from './index.ts'

/** What the last word of a command may be that does something. */
const VERBS =
  'acknowledge add approve audit burn cancel challenge chargeback check claim close consistency create decide deposit detect dispute erase example export fetch find finish fund import install invite keep leave limit link list login logout logs measure mint on off open pause plan prepare quarantine rebuild redeem refund reject release remove replay resend reset restore resume result revoke rotate run set show sign simulate submit test uninstall up verify write-off backup pair sign'.split(
    ' ',
  )
/** A verb and what it is about. */
const COMPOUND = /^(?:set|decide|redeem|run)-[a-z]+$/
/** What can be looked at and has no id: read, never changed. More than one of a kind is a plural, which lists them. */
const SHOWN =
  'balances community completion doctor emissions forecast head history inclusion key localnet man openapi page report site statement stats status terms token trust url whoami'.split(
    ' ',
  )

const wordsOf = (line: string): string[] => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

let program: Command
let definition: CommandDefinition
let leaves: CommandDefinition[]
beforeAll(async () => {
  program = await createProgram()
  definition = defineCommand(program)
  leaves = everyCommand(definition).filter(({ commands }) => commands.length === 0)
})

const nameOf = ({ path }: CommandDefinition): string => path.join(' ')
const isPlural = (word: string): boolean => word.endsWith('s')

test('a command is named by a verb, or by what it shows', () => {
  const strange = leaves.map(nameOf).filter((name) => {
    const last = name.split(' ').at(-1) ?? ''
    return !VERBS.includes(last) && !COMPOUND.test(last) && !SHOWN.includes(last) && !isPlural(last)
  })
  expect(strange).toEqual([])
})

test('every command, argument and option says in words what it is, and none says it twice in other words', () => {
  for (const command of everyCommand(definition)) {
    expect(command.description, nameOf(command)).not.toBe('')
    for (const { names, description } of command.options) expect(description, `${nameOf(command)} ${names.join()}`).not.toBe('')
    for (const { name, description } of command.arguments) expect(description, `${nameOf(command)} <${name}>`).not.toBe('')
  }
})

test('every command answers with JSON and takes another data directory', () => {
  for (const leaf of leaves)
    expect(
      leaf.options.flatMap(({ names }) => names),
      nameOf(leaf),
    ).toEqual(expect.arrayContaining(['--json', '--data', '--help']))
})

test('what pages has a limit and a cursor, which are the same everywhere', () => {
  for (const leaf of leaves) {
    const limit = leaf.options.find(({ names }) => names.includes('--limit'))
    const after = leaf.options.find(({ names, value }) => names.includes('--after') && value?.name === 'cursor')
    if (after) expect([limit?.value?.name, after.description], nameOf(leaf)).toEqual(['n', 'the “next” of the page before'])
    if (limit && after && nameOf(leaf) !== 'emissions') expect(limit.description, nameOf(leaf)).toContain('(default: 50)')
  }
})

/** Ways to say the same that nobody has to learn as well. */
const OTHER_WORDS = [
  '--out',
  '--note',
  '--from-file',
  '--file',
  '--dir',
  '--count',
  '--max',
  '--cursor',
  '--token',
  '--format-json',
  '--quiet',
  '--force',
  '--date',
  '--to',
]

test('what means the same is called the same', () => {
  const flags = leaves.flatMap((leaf) => leaf.options.map(({ names, value }) => [names.at(-1) ?? '', value, nameOf(leaf)] as const))
  expect(flags.filter(([flag]) => OTHER_WORDS.includes(flag))).toEqual([])
  // An option with a given name takes the same kind of thing wherever that can be completed.
  const kinds = Map.groupBy(
    flags.filter(([, value]) => value !== null),
    ([flag]) => flag,
  )
  const mixed = [...kinds].filter(([flag, uses]) => !MEANS_SEVERAL.has(flag) && new Set(uses.map(([, value]) => value?.name)).size > 1)
  expect(mixed.map(([flag, uses]) => `${flag}: ${[...new Set(uses.map(([, value]) => value?.name))].join(', ')}`)).toEqual([])
})

/** Words that are plain where they stand, and would only become longer. */
const MEANS_SEVERAL = new Set([
  '--after',
  '--array',
  '--seconds',
  '--until',
  '--watts',
  '--minimum',
  '--rpc',
  '--name',
  '--id',
  '--limit',
  '--output',
  '--model',
  '--key-file',
  '--signature',
  '--for',
])

test('every example is one that the command takes, and every command has one', () => {
  const names = new Set(leaves.map(nameOf))
  expect(Object.keys(EXAMPLES).filter((name) => !names.has(name))).toEqual([])
  expect([...names].filter((name) => !Object.hasOwn(EXAMPLES, name))).toEqual([])
})

test('examples are read by the definitions themselves, up to the point where the command would begin', async () => {
  const reached: string[] = []
  const fresh = await createProgram()
  const every = (command: Command): Command[] => [command, ...command.commands.flatMap(every)]
  for (const command of every(fresh)) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    if (command.commands.length === 0) command.action(() => void reached.push(pathOf(command).join(' ')))
  }
  for (const [name, examples] of Object.entries(EXAMPLES))
    for (const [, line] of examples) {
      await fresh.parseAsync(['node', ...wordsOf(line)])
      expect([line, reached.pop()]).toEqual([line, name])
    }
})

test('an option is read as completion needs it', () => {
  const list = leaves.find((leaf) => nameOf(leaf) === 'job list')
  const state = list?.options.find(({ names }) => names.includes('--state'))
  expect(state?.value && expectedOf(state.value).words).toContain('running')
  expect(new Option('--state <state>').long).toBe('--state')
})

test('notes are what the help says beyond the form, and nothing of the program’s own', () => {
  const cancel = leaves.find((leaf) => nameOf(leaf) === 'job cancel')
  expect(cancel?.notes.join('\n')).toMatch(/^What it costs:[^]*balance\.$/)
  expect(leaves.find((leaf) => nameOf(leaf) === 'job list')?.notes).toEqual([])
})
