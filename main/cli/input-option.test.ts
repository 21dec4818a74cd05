import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sha256Hex } from '../kernel/signing.ts'
import { afterInputs, readInputs } from './input-option.ts'

test('a file goes by its digest, and what another job produced by that job', () => {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-input-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'a=b')
  writeFileSync(file, 'scene')
  const digest = `sha256:${sha256Hex(Buffer.from('scene'))}`
  expect(readInputs([`in/scene=${file}`, 'before=job:job-1'])).toEqual({
    inputs: [
      { path: 'in/scene', digest },
      { path: 'before', outputOf: 'job-1' },
    ],
    uploads: [{ digest, bytes: Buffer.from('scene') }],
  })
})

test.each([
  ['scene', /PATH=FILE/],
  ['=x', /PATH=FILE/],
  ['../x=job:1', /“\.\.\/x” cannot be the place of an input\. Give a path within/],
  ['x=/nonexistent/file', /cannot be read/],
])('“%s” is refused with a reason', (text, why) => {
  expect(() => readInputs([text])).toThrow(why)
})

test('a job runs after what it begins with, once, and what was said of that stands', () => {
  const inputs = ['a', 'a', 'b', 'map-3'].map((outputOf) => ({ path: 'x', outputOf }))
  const said = [
    { jobId: 'b', when: 'ended' as const },
    { arrayId: 'map', when: 'completed' as const },
  ]
  expect(afterInputs(inputs, said)).toEqual([...said, { jobId: 'a', when: 'completed' }])
  expect(afterInputs([{ path: 'x', digest: `sha256:${'0'.repeat(64)}` }], [])).toEqual([])
})
