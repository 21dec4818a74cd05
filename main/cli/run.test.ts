import { expect, test } from 'vitest'
import { run } from './run.fixture.ts'

test('however many commands run in this process, none of them goes on listening to signals', async () => {
  const before = process.listenerCount('SIGINT')
  await run('status', '--watch', '--data', '/nowhere')
  expect(process.listenerCount('SIGINT')).toBe(before)
})
