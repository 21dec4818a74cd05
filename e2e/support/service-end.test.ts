import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { watch, whatIsKnown } from './service-end.ts'

const run = (script: string) => watch('a service', spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'pipe'] }))

test('what ended by itself is named with its last words until it is released', async () => {
  const service = run('console.error("the disk is gone"); process.exitCode = 7')
  expect(await service.ended).toBe(7)
  expect(service.fall()).toBe('a service ended by itself with code 7 and last said:\nthe disk is gone')
  expect(whatIsKnown()).toBe(`; ${service.fall()}`)
  service.release()
  expect([service.fall(), whatIsKnown()]).toEqual([null, ''])
})

test('what was told to end has not fallen; a signal from elsewhere is told', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const service = watch('a service', child)
  expect(service.fall()).toBeNull()
  child.kill('SIGKILL')
  await service.ended
  expect(service.fall()).toBe('a service ended by itself on SIGKILL and said nothing')
  service.release()
  expect(service.fall()).toBeNull()
})
