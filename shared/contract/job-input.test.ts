import { expect, test } from 'vitest'
import { InputPath, JobInputs } from './job-input.ts'

test.each(['a', 'scene.blend', 'a/b/c-d_e.0', '...', 'a/.hidden', '1/2/3/4/5/6/7/8'])('%s is a path within the folder', (path) => {
  expect(InputPath.safeParse(path).success).toBe(true)
})

test.each(['', '.', '..', '/a', 'a/', 'a//b', '../a', 'a/..', 'a/../b', 'a/./b', './a', 'a\\b', 'a b', 'a\0', 'ä', '1/2/3/4/5/6/7/8/9', 'x'.repeat(201)])(
  '“%s” is none',
  (path) => {
    expect(InputPath.safeParse(path).success).toBe(false)
  },
)

const inputs = (...paths: string[]) => JobInputs.safeParse(paths.map((path) => ({ path, outputOf: 'job-1' }))).success

test('no input lies where another one is, or below it', () => {
  expect(inputs('a', 'ab', 'b/a', 'b/c', 'a-b/c')).toBe(true)
  expect(inputs('a', 'b', 'a')).toBe(false)
  expect(inputs('a/b', 'a')).toBe(false)
  expect(inputs('a', 'a-b', 'a/b')).toBe(false)
})

test('an input is a digest or an output, not both and not neither', () => {
  const digest = `sha256:${'0'.repeat(64)}`
  expect(JobInputs.safeParse([{ path: 'a', digest, outputOf: 'job-1' }]).success).toBe(false)
  expect(JobInputs.safeParse([{ path: 'a' }]).success).toBe(false)
})
