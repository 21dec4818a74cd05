import { expect, test } from 'vitest'
import { aborted } from '../kernel/lifecycle.ts'
import type { CoordinatorSession, CoordinatorSessionDeps } from './coordinator-session.ts'
import { createFollowingSession } from './following-session.ts'

test('another coordinator takes over while the agent runs: the old one is left first, and every call goes to the new one', async () => {
  const log: string[] = []
  let next = 'first'
  const open = () => {
    const name = next
    return {
      desk: { getWallet: () => name },
      state: () => name,
      announce: () => void log.push(`announce ${name}`),
      async run(signal: AbortSignal) {
        log.push(`begin ${name}`)
        await aborted(signal)
        log.push(`end ${name}`)
      },
    } as unknown as CoordinatorSession
  }
  const stop = new AbortController()
  const session = createFollowingSession({ news: { changed: () => void log.push('news') } } as unknown as CoordinatorSessionDeps, open)
  const running = session.run(stop.signal)
  session.announce()
  next = 'second'
  session.follow()
  expect([session.state(), session.desk.getWallet({}, undefined)]).toEqual(['second', 'second'])
  session.announce()
  await Promise.resolve()
  await expect.poll(() => log).toEqual(['begin first', 'announce first', 'news', 'announce second', 'end first', 'begin second'])
  stop.abort()
  await running
  expect(log.at(-1)).toBe('end second')
})
