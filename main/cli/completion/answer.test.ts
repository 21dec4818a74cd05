import { beforeAll, expect, test, vi } from 'vitest'
import { type CommandDefinition, defineCommand } from '../definition.ts'
import { createProgram } from '../index.ts'
import { run } from '../run.fixture.ts'
import { answerLines } from './answer.ts'
import type { Id } from './ids.ts'

let program: CommandDefinition
beforeAll(async () => {
  program = defineCommand(await createProgram())
})

const ask = (words: readonly string[], found: readonly Id[] = [], onlyIds = false) => answerLines(words, onlyIds, { program, ids: async () => found })

test('commands, options and choices are offered by their beginning, each with what it says', async () => {
  expect(await ask(['jo'])).toEqual([expect.stringMatching(/^job\t./)])
  expect(await ask(['job', 'list', '--lim'])).toEqual([expect.stringMatching(/^--limit\thow many/)])
  expect(await ask(['job', 'list', '--state', 'r'])).toEqual(['running'])
  expect(await ask(['job', 'list', '--state=r'])).toEqual(['--state=running'])
})

test('what takes a value is not mixed up with what follows it', async () => {
  expect(await ask(['job', 'submit', '--arg', 'a', 'b', '--sample', 'w'])).toEqual(['wasm'])
  expect(await ask(['agent', '--log-level', 'd'])).toEqual(['debug'])
  expect(await ask(['job', 'show', '--', '--js'])).toEqual([])
})

const JOBS: readonly Id[] = [
  { id: 'job-1', says: 'running  My job' },
  { id: 'other', says: '' },
]

test('ids are asked for by what stands for them, in an argument or an option', async () => {
  const ids = vi.fn<() => Promise<readonly Id[]>>(async () => JOBS)
  expect(await answerLines(['job', 'show', 'j'], true, { program, ids })).toEqual(['job-1\trunning My job'])
  expect(ids).toHaveBeenLastCalledWith('job', ['job', 'show', 'j'])
  await answerLines(['node', 'show', ''], true, { program, ids })
  expect(ids).toHaveBeenLastCalledWith('node', expect.anything())
  expect(await answerLines(['receipt', 'list', '--job=jo'], true, { program, ids })).toEqual(['job-1\trunning My job'])
  expect(ids).toHaveBeenCalledTimes(3)
  await answerLines(['job', 'list', '--limit', ''], true, { program, ids })
  expect(ids).toHaveBeenCalledTimes(3)
})

test.each(['$(reboot)', 'a;b', 'a b', '`id`', '"', "it's", 'a|b', '*', '~', 'a\nb', '\u001B[2J', 'a\tb', '>x', '!!'])(
  'an id that a shell would not take as it is, %j, is not offered',
  async (id) => {
    expect(
      await ask(
        ['job', 'show', ''],
        [
          { id, says: '' },
          { id: 'fine', says: 'a\u001B[2Jb\nc' },
        ],
      ),
    ).toEqual(['fine\ta\uFFFD[2Jb c'])
  },
)

test('the hidden command says what can come next, and nothing where nobody answers', async () => {
  expect(await run('__complete', '--', 'completion', 'z')).toEqual({ code: 0, out: 'zsh\n', err: '' })
  expect(await run('__complete', '--ids', '--', 'rule', 'set', 'ga')).toMatchObject({ code: 0, out: expect.stringMatching(/^gate\t/), err: '' })
  expect(await run('__complete', '--ids', '--', 'job', 'show', '--data', '/nowhere', '')).toEqual({ code: 0, out: '', err: '' })
  expect(await run('__complete', '--ids', '--', 'job', 'show', '--coordinator', 'http://127.0.0.1:1', '--key', 'k', '')).toEqual({ code: 0, out: '', err: '' })
})

test('scripts and pages are printed, and written for packages', async () => {
  const script = await run('completion', 'bash')
  expect(script).toMatchObject({ code: 0, out: expect.stringMatching(/complete -F _windfall windfall\n$/), err: '' })
  expect(JSON.parse((await run('completion', 'fish', '--json')).out)).toMatchObject({ shell: 'fish', file: 'windfall.fish' })
  expect(await run('completion', 'tcsh')).toMatchObject({ code: 2, err: expect.stringContaining('Allowed choices are bash, zsh, fish') })
  expect(await run('man', 'job', 'submit')).toMatchObject({ code: 0, out: expect.stringMatching(/^\.TH "WINDFALL\\-JOB\\-SUBMIT" "1"/) })
  expect(await run('man', 'job', 'sbmit')).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no command “windfall job sbmit”. See which there are: windfall --help'),
  })
})
