import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../main/kernel/paths.ts'
import { LONGEST, longestFirst } from './longest-first.ts'

const file = (project: string, path: string) => ({ moduleId: join(packageRoot, path), project: { name: project } })

test('what takes longest begins first, and projects stay together', () => {
  const [first = '', second = ''] = LONGEST
  const [large, small] = [file('b', 'main/large.test.ts'), file('b', 'main/small.test.ts')]
  const [longest, long, other] = [file('b', first), file('b', second), file('a', 'main/other.test.ts')]
  expect(longestFirst([large, other, long, small, longest])).toEqual([longest, long, large, small, other])
})

test('the files that are named are there', () => {
  expect(LONGEST.filter((path) => !existsSync(join(packageRoot, path)))).toEqual([])
})
