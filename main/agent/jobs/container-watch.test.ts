import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import type { ContainerEngine } from './container-engine.ts'
import { type Watched, superviseContainer } from './container-watch.ts'
import { NEVER } from './docker.fixture.ts'

const LIMITS = { wallSeconds: 60, memoryBytes: 1_048_576, outputBytes: 1_000, cpus: 1 }
const away = () => Promise.reject(new WindfallError('runtime.unavailable', 'Docker does not answer.'))

interface Setup {
  /** What waiting answers, one after the other. */
  readonly waits: readonly (number | 'away')[]
  readonly origin?: Watched['origin']
  readonly outOfMemory?: boolean
}

/** A container whose engine goes away and comes back as it is told. */
function setUp({ waits, origin = 'created', outOfMemory = false }: Setup) {
  const clock = createFakeClock()
  const answers = [...waits]
  const engine = {
    freeBytes: async () => null,
    start: async () => undefined,
    followLogs: async () => undefined,
    lastLogs: async () => undefined,
    ranOutOfMemory: async () => outOfMemory,
    waitForExit: async () => {
      const answer = answers.shift() ?? 0
      return answer === 'away' ? away() : answer
    },
    download: async () => null,
  } as Partial<ContainerEngine> as ContainerEngine
  const hooks = { onStarted: () => undefined, onLog: () => undefined }
  const watched: Watched = {
    engine,
    clock,
    id: 'c1',
    limits: LIMITS,
    hooks,
    leftMs: 60_000,
    grace: { ms: () => 0, slowed: () => undefined, passed: () => undefined },
    cpus: 1,
    origin,
  }
  return { clock, result: superviseContainer(watched, async () => undefined, NEVER) }
}

test.each([137, 143])('a job that the restart of its engine ended (exit code %i) is not blamed for it', async (code) => {
  const { clock, result } = setUp({ waits: ['away', 'away', code] })
  const refused = expect(result).rejects.toMatchObject({ code: 'runtime.unavailable', retry: true, message: expect.stringContaining('goes back to the queue') })
  await clock.advance(3_000)
  await refused
})

test('a job that outlived the restart of its engine ends by its own', async () => {
  const { clock, result } = setUp({ waits: ['away', 7] })
  await clock.advance(3_000)
  expect(await result).toMatchObject({ end: 'exited', exitCode: 7 })
})

test('a job that was killed while nobody looked is handed back, unless the kernel says that it took too much memory', async () => {
  await expect(setUp({ waits: [137], origin: 'adopted' }).result).rejects.toMatchObject({ code: 'runtime.unavailable' })
  expect(await setUp({ waits: [137], origin: 'adopted', outOfMemory: true }).result).toMatchObject({ end: 'memory' })
  expect(await setUp({ waits: [137] }).result).toMatchObject({ end: 'memory' })
})
