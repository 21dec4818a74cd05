import { expect, test } from 'vitest'
import { createLogger } from './log.ts'
import { createRecentLog } from './recent-log.ts'

test('what is logged can be read again, without secrets, whatever goes to the terminal', () => {
  const recent = createRecentLog()
  const log = createLogger('agent', 'silent', ['hunter22'], recent)
  log.info({ zone: 'GB' }, 'the forecast arrived')
  log.error({ reason: 'password hunter22 was refused', token: 'abc' }, 'it failed')
  log.debug('too much')
  expect(recent.lines()).toMatchObject([
    { level: 'info', message: 'the forecast arrived', about: '"zone":"GB"' },
    { level: 'error', message: 'it failed', about: '"reason":"password [redacted] was refused","token":"[redacted]"' },
  ])
})

test('only the newest thousand lines are kept, and what is no line is left out', () => {
  const { write, lines } = createRecentLog()
  for (let n = 0; n < 1_200; n++) write(`{"level":30,"time":${n},"msg":"${n}"}`)
  write('no JSON')
  write('{"level":"high"}')
  expect(lines()).toHaveLength(1_000)
  expect([lines()[0]?.message, lines().at(-1)?.message]).toEqual(['200', '1199'])
})
