import { expect, test } from 'vitest'
import { callEngine, unlessAbsent, unlessInUse, unlessStopped } from './engine-call.ts'

const answer = (statusCode: number, message: string) => () => Promise.reject(Object.assign(new Error(message), { statusCode }))
const call = (work: () => Promise<never>) => callEngine({ action: 'start the container' }, work)

test.each([
  ['Docker without the toolkit', 'could not select device driver "" with capabilities: [[gpu]]', 'Install the NVIDIA Container Toolkit'],
  ['Docker without CDI', 'could not select device driver "cdi" with capabilities: []', 'nvidia-ctk cdi generate'],
  ['Docker with an old specification', 'CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=GPU-1', 'nvidia-ctk cdi generate'],
  ['a driver that was updated', 'nvidia-container-cli: initialization error: nvml error: driver/library version mismatch', 'Update the driver'],
])('a GPU that does not get into a container is explained: %s', async (_what, message, advice) => {
  await expect(call(answer(500, message))).rejects.toMatchObject({ code: 'runtime.unavailable', message: expect.stringContaining(advice) })
})

test.each([
  ['EACCES', 'may not use it'],
  ['ENOENT', 'Start it'],
  ['ECONNREFUSED', 'Start it'],
])('an engine that cannot be reached is explained: %s', async (code, advice) => {
  await expect(call(() => Promise.reject(Object.assign(new Error('connect'), { code })))).rejects.toMatchObject({
    code: 'runtime.unavailable',
    message: expect.stringContaining(advice),
  })
})

test('stopping what does not run is no failure, on Docker and on Podman', async () => {
  const podman = 'can only kill running containers. 05d1 is in state exited: container state improper'
  for (const [status, message] of [
    [304, ''],
    [404, 'No such container'],
    [409, 'is not running'],
    [500, podman],
  ] as const)
    await unlessStopped(call(answer(status, message)))
  await expect(unlessStopped(call(answer(500, 'disk on fire')))).rejects.toMatchObject({ code: 'runtime.failed' })
})

test('what is absent is told from what fails, and what is in use from what is gone', async () => {
  expect(await unlessAbsent(call(answer(404, 'No such image')))).toBeNull()
  await expect(unlessAbsent(call(answer(500, 'x')))).rejects.toThrow('could not start the container: x')
  expect(await unlessInUse(call(answer(404, 'No such image')))).toBe('gone')
  expect(await unlessInUse(call(answer(409, 'image is being used')))).toBe('in-use')
  await expect(unlessInUse(call(answer(500, 'x')))).rejects.toMatchObject({ code: 'runtime.failed' })
})
