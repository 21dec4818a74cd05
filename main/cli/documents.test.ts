import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { defineCommand } from './definition.ts'
import { writeDocuments } from './documents.ts'
import { createProgram } from './index.ts'

test('pages and scripts are written for packages, the same ones from the same definitions', async () => {
  const root = mkdtempSync(join(tmpdir(), 'windfall-documents-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const program = defineCommand(await createProgram())
  const [first, second] = [join(root, 'a', 'b'), join(root, 'c')]
  const count = writeDocuments(program, first, { SOURCE_DATE_EPOCH: '1795305600' })
  writeDocuments(program, second, { SOURCE_DATE_EPOCH: '1795305600' })
  expect(readdirSync(join(first, 'completions')).toSorted()).toEqual(['_windfall', 'windfall.bash', 'windfall.fish'])
  const pages = readdirSync(join(first, 'man'))
  expect(pages).toContain('windfall-job-submit.1')
  expect(count).toBe(pages.length + 3)
  for (const file of [...pages.map((name) => join('man', name)), 'completions/windfall.bash'])
    expect(readFileSync(join(first, file))).toEqual(readFileSync(join(second, file)))
  expect(readFileSync(join(first, 'man', 'windfall.1'), 'utf8')).toContain('2026-11-22')
})
