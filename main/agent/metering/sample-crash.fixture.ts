/** A meter that is about to be killed, on a clock of its own that runs as fast as it can. Prints its milliseconds after every second. */
import { writeSync } from 'node:fs'
import { pino } from 'pino'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { emptySample } from '../power-source.ts'
import { createMeter } from './meter.ts'
import { uuidHashOf } from './measurement.ts'
import { createSampleStore } from './sample-store.ts'

const [directory = '', startMs = '0'] = process.argv.slice(2)
const NODE = 'n'.repeat(43)
const clock = createFakeClock(Date.parse('2026-03-01T12:00:00.000Z') + Number(startMs))
const meter = createMeter({
  sources: () => [
    {
      device: {
        kind: 'gpu',
        vendor: 'test',
        name: 'Test card',
        driver: 'test',
        uuid: 'GPU-1',
        busId: null,
        vramBytes: null,
        powerLimitW: 450,
        containerIds: [],
        instances: null,
      },
      method: 'counter',
      reader: 'test',
      sensor: { updateMs: 100, uncertaintyPct: 7, basis: 'test', wrapMj: null, power: 'power-average' },
      rest: null,
      // 300 W, counted since before this process began.
      sample: async () => ({
        ...emptySample({ mono: clock.monotonic(), wall: clock.now() }, 'ok'),
        energyMj: (Number(startMs) + clock.monotonic()) * 300,
        powerMw: 300_000,
      }),
    },
  ],
  clock,
  nodeId: NODE,
  isOwnProcess: () => true,
  onReading: () => undefined,
  samples: createSampleStore({
    directory,
    clock,
    log: pino({ level: 'silent' }),
    openAttempts: () => [],
    old: { get: () => null, attempts: () => [], remove: () => undefined },
  }),
  days: { put: () => undefined, get: (day, deviceId) => ({ day, deviceId, joules: 0, jobJoules: 0, coveredMs: 0 }) },
})
const session = meter.start({ attemptId: 'attempt', deviceIds: [uuidHashOf('GPU-1', NODE)] })
for (let second = 1; second <= 10_000; second++) {
  await clock.advance(1_000)
  writeSync(1, `${Number(startMs) + second * 1_000}\n`)
}
await session.stop()
