import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandDefinition, defineCommand, everyCommand } from '../definition.ts'
import { has } from '../completion/complete.fixture.ts'
import { EXAMPLES } from '../examples.ts'
import { createProgram } from '../index.ts'
import { type ManualPage, editionOf, manualPages } from './pages.ts'
import { escaped, verbatim } from './roff.ts'

const folder = mkdtempSync(join(tmpdir(), 'windfall-man-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let program: CommandDefinition
let pages: ManualPage[]
beforeAll(async () => {
  program = defineCommand(await createProgram())
  pages = manualPages(program, { version: '1.2.3', date: '2026-11-22' })
  for (const { name, text } of pages) writeFileSync(join(folder, name), text)
})

/** What a tool makes of pages, and what it has to say about them. */
function read(tool: string, args: readonly string[], names: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(tool, [...args, ...names], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
  })
  return { stdout, stderr, status }
}

test('there is a page for the program and one for each of its commands, in ASCII', () => {
  expect(pages.map(({ name }) => name).toSorted()).toEqual(
    everyCommand(program)
      .map(({ path }) => `${['windfall', ...path].join('-')}.1`)
      .toSorted(),
  )
  for (const { name, text } of pages) expect([name, /^[\x20-\x7E\n]*$/.test(text)]).toEqual([name, true])
  for (const name of ['windfall.1', 'windfall-job.1', 'windfall-job-show.1', 'windfall-node-token-create.1'])
    expect(pages.map((page) => page.name)).toContain(name)
  expect(pages.map(({ name }) => name).join()).not.toContain('__complete')
})

test('every page names what is above, beside and below it, all of which are there', () => {
  const names = new Set(pages.map(({ name }) => name.replace(/\.1$/, '')))
  for (const { name, text } of pages) {
    const related = [...text.matchAll(/^\.BR (\S+) \(1\)/gm)].map(([, found = '']) => found.replaceAll('\\-', '-'))
    expect([name, related.filter((one) => !names.has(one))]).toEqual([name, []])
    expect([name, related.length > 0]).toEqual([name, true])
  }
})

test.runIf(has('groff'))('groff reads every page without a complaint', () => {
  const { stderr, status } = read(
    'groff',
    ['-man', '-ww', '-Tutf8', '-z'],
    pages.map(({ name }) => name),
  )
  expect([status, stderr]).toEqual([0, ''])
})

test.runIf(has('mandoc'))('mandoc reads every page without a complaint', () => {
  const { stdout, stderr, status } = read(
    'mandoc',
    ['-T', 'lint', '-W', 'warning,stop'],
    pages.map(({ name }) => name),
  )
  expect([status, stdout, stderr]).toEqual([0, '', ''])
})

/** A page as it is read, without what only makes it bold. */
const shown = (name: string): string => read('groff', ['-man', '-Tascii', '-P-c', '-P-b', '-P-u', '-P-o', '-rLL=400n'], [name]).stdout

test.runIf(has('groff'))('what is to be typed stands there letter by letter', () => {
  for (const [name, examples] of Object.entries(EXAMPLES).filter(([name]) => /^(job|webhook|requester|zone) /.test(name))) {
    const text = shown(`windfall-${name.replaceAll(' ', '-')}.1`)
    for (const [, line] of examples) expect(text).toContain(line)
  }
  expect(shown('windfall-job-list.1')).toMatch(/--state state[^]*only those in this state/)
  expect(shown('windfall-job-submit.1')).toContain('"microUsdPerHour": "250000"')
})

test('nothing in a text is taken for a command of the page', () => {
  expect(escaped(String.raw`a\b -x "q" 'r' ~ ^ ` + '`')).toBe(String.raw`a\eb \-x \(dqq\(dq \(aqr\(aq \(ti \(ha \(ga`)
  expect(escaped('“é’ 🌱')).toBe(String.raw`\[u201C]\[u00E9]\[u2019] \[u1F331]`)
  expect(verbatim(['.so /etc/passwd', "'br", '', 'x'])).toEqual([
    '.PP',
    '.RS 4',
    '.nf',
    String.raw`\&.so /etc/passwd`,
    String.raw`\&\(aqbr`,
    String.raw`\&`,
    'x',
    '.fi',
    '.RE',
  ])
})

test('a page bears the day that its maker names, and none that it is not told', () => {
  expect(editionOf('1.2.3', { SOURCE_DATE_EPOCH: '1795305600' })).toEqual({ version: '1.2.3', date: '2026-11-22' })
  expect(editionOf('1.2.3', { SOURCE_DATE_EPOCH: 'soon' })).toEqual({ version: '1.2.3', date: '' })
  expect(pages[0]?.text).toContain('.TH "WINDFALL" "1" "2026-11-22" "Windfall 1.2.3"')
})
