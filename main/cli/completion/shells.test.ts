import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandDefinition, defineCommand } from '../definition.ts'
import { createProgram } from '../index.ts'
import { type ShellHome, has, inBash, inFish, inZsh, shellHome } from './complete.fixture.ts'
import { expectedOf } from './expected.ts'
import { positionAt } from './position.ts'
import { SHELLS, type Shell, completionScript } from './script.ts'

/** Where somebody may stand: at every kind of word that there is. */
const LINES = [
  'windfall ',
  'windfall re',
  'windfall job ',
  'windfall job s',
  'windfall job list --',
  'windfall job list --sta',
  'windfall job list --state ',
  'windfall job list --state=',
  'windfall job list --state=comp',
  'windfall job list --limit 5 --state run',
  'windfall job list --json --state ',
  'windfall job example ',
  'windfall agent ',
  'windfall agent --sig',
  'windfall agent --signer ',
  'windfall agent --signer tpm --log-level ',
  'windfall agent run --log-level w',
  'windfall node token ',
  'windfall member set-role somebody ',
  'windfall webhook deliveries hook --state ',
  'windfall job submit --arg --frame 1 --sample ',
  'windfall completion ',
  'windfall requester deposit --asset u',
  'windfall job list --state queued extra',
]
const IDS = ['job-1', 'job-2', 'other:3']

/** What is offered by the definition itself. */
function expected(program: CommandDefinition, line: string): string[] {
  const words = line.split(' ').slice(1)
  const { commands, options, value, before } = positionAt(program, words)
  const typed = words.at(-1) ?? ''
  return [
    ...commands.map(({ path }) => path.at(-1) ?? ''),
    ...options.flatMap(({ names }) => names.filter((name) => name.startsWith('--'))),
    ...(value ? expectedOf(value).words.map((word) => `${before}${word}`) : []),
  ]
    .filter((word) => word.startsWith(typed))
    .toSorted()
}

let home: ShellHome
let program: CommandDefinition
const scripts = new Map<Shell, string>()
beforeAll(async () => {
  home = shellHome()
  program = defineCommand(await createProgram())
  for (const shell of ['bash', 'zsh', 'fish'] as const) scripts.set(shell, home.write(SHELLS[shell], completionScript(program, shell)))
  // It tells what it was asked, as ids.
  home.write(
    'windfall',
    `#!/bin/sh\nshift 3\nprintf 'job-1\\trunning  My job\\njob-2\\tqueued\\nother:3\\n'\nprintf '%s\\n' "$*" >> "${home.folder}/asked"\n`,
    0o755,
  )
  mkdirSync(join(home.folder, 'folder'))
  writeFileSync(join(home.folder, 'folder', 'job.json'), '{}')
  writeFileSync(join(home.folder, 'spec.json'), '{}')
})
afterAll(() => home[Symbol.dispose]())

const scriptOf = (shell: Shell): string => scripts.get(shell) ?? ''

/** An offer of bash is what it puts in the place of what stands behind the last “=” or “:”. */
const behind = (line: string, words: readonly string[]): string[] => {
  const cut = /[^\s]*[=:](?=[^\s=:]*$)/.exec(line)?.[0] ?? ''
  return words.map((word) => (word.startsWith(cut) ? word.slice(cut.length) : word))
}

test('bash offers what the definition says, wherever somebody stands', () => {
  const offered = inBash(home, scriptOf('bash'), LINES)
  for (const [at, line] of LINES.entries()) expect([line, offered[at]?.toSorted()]).toEqual([line, behind(line, expected(program, line)).toSorted()])
})

test('bash asks for ids, and offers files and folders', () => {
  const [jobs, typed, cut, files, folders] = inBash(home, scriptOf('bash'), [
    'windfall job show ',
    'windfall job show job-',
    'windfall job show other:',
    'windfall job submit s',
    'windfall status --data f',
  ])
  expect(jobs).toEqual(IDS)
  expect(typed).toEqual(['job-1', 'job-2'])
  expect(cut).toEqual(['3'])
  expect(files).toEqual(['spec.json'])
  expect(folders).toEqual(['folder'])
})

test.runIf(has('fish'))('fish offers the same', () => {
  const offered = inFish(home, scriptOf('fish'), LINES)
  for (const [at, line] of LINES.entries()) expect([line, offered[at]?.toSorted()]).toEqual([line, expected(program, line)])
  expect(inFish(home, scriptOf('fish'), ['windfall job show ', 'windfall job submit s', 'windfall status --data f'])).toEqual([IDS, ['spec.json'], ['folder/']])
})

test.runIf(has('zsh'))('zsh offers the same', () => {
  const offered = inZsh(home, scriptOf('zsh'), LINES)
  for (const [at, line] of LINES.entries())
    expect([line, [...new Set(offered[at])].toSorted()]).toEqual([
      line,
      expected(program, line)
        .map((word) => word.replace(/^--[^=]+=/, ''))
        .toSorted(),
    ])
})

test('every script is one that its shell can read', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = completionScript(program, shell)
    expect(script).toMatch(/^#/)
    expect(script).not.toMatch(/\/home\/|\/work\/|undefined/)
  }
})
