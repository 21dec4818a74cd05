import { expect, test } from 'vitest'
import { pauseEnd } from './pauses.ts'

test('a pause ends when its name says', () => {
  const now = new Date(2026, 10, 21, 23, 59, 30).getTime()
  expect(pauseEnd('15-minutes', now)).toBe(now + 900_000)
  expect(pauseEnd('30-minutes', now)).toBe(now + 1_800_000)
  expect(pauseEnd('1-hour', now)).toBe(now + 3_600_000)
  expect(pauseEnd('tomorrow', now)).toBe(new Date(2026, 10, 22).getTime())
  expect(pauseEnd('until-resumed', now)).toBeNull()
})
