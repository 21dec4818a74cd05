import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openAgentStores } from '../agent/stores.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { DATABASE_CHECKS, judgeDatabase, judgeFileSystem, judgeOpenFiles, judgeOutbox } from './data.ts'
import { examineOne, fakeMachine } from './machine.fixture.ts'

const DAY = 86_400_000
const LIMITS = (hard: string) =>
  `Limit   Soft Limit   Hard Limit   Units\nMax processes   1   2   processes\nMax open files            1024                 ${hard}              files`

test.each([
  ['524288', 'ok'],
  ['unlimited', 'ok'],
  ['256', 'warn'],
] as const)('a limit of %s open files is %s', (hard, verdict) => {
  expect(judgeOpenFiles(LIMITS(hard)).verdict).toBe(verdict)
})

test.each([
  [0xef53, 'linux', '/data', 'ok', 'a disk'],
  [0x6969, 'linux', '/data', 'warn', 'NFS'],
  // statfs gives a signed number.
  [-11_317_950, 'linux', '/data', 'warn', 'CIFS'],
  [0x01021994, 'linux', '/data', 'warn', 'tmpfs'],
  [0, 'win32', 'C:\\Users\\A', 'ok', 'a disk'],
  [0, 'win32', '\\\\server\\share', 'warn', 'network share'],
  [0, 'win32', '\\\\?\\C:\\long', 'ok', 'a disk'],
  [17, 'darwin', '/data', 'skipped', 'does not tell'],
] as const)('file system %i on %s at %s is %s', (type, platform, directory, verdict, evidence) => {
  expect(judgeFileSystem(type, platform, directory)).toMatchObject({ verdict, evidence: expect.stringContaining(evidence) })
})

test.each([
  [{ integrity: 'ok', schema: 2 }, 'ok', 'whole, schema 2'],
  [{ integrity: 'ok', schema: 1 }, 'ok', 'brought to 2'],
  [{ integrity: 'ok', schema: 3 }, 'fail', 'newer'],
  [{ integrity: 'row 7 missing from index job_by_time', schema: 2 }, 'fail', 'row 7'],
] as const)('database %j is %s', (look, verdict, evidence) => {
  expect(judgeDatabase({ backlog: 0, oldestAt: null, ...look }, 2)).toMatchObject({ verdict, evidence: expect.stringContaining(evidence) })
})

test.each([
  [0, null, 'ok', 'told everything'],
  [1, 3_600_000, 'ok', '1 message for the coordinator, the oldest 1 h old'],
  [7, 3 * DAY, 'warn', '7 messages for the coordinator, the oldest 3 days old'],
] as const)('%i messages of which the oldest is %i ms old', (backlog, age, verdict, evidence) => {
  const now = 1_800_000_000_000
  expect(judgeOutbox({ integrity: 'ok', schema: 2, backlog, oldestAt: age === null ? null : now - age }, now)).toMatchObject({
    verdict,
    evidence: expect.stringContaining(evidence),
  })
})

const directory = () => {
  const path = mkdtempSync(join(tmpdir(), 'doctor-data-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

describe('a real database', () => {
  const START = { kind: 'start', leaseId: 'lease-1', token: 1 } as const

  test('that was closed is read without a trace', async () => {
    using place = directory()
    const clock = createFakeClock()
    {
      using stores = openAgentStores(place.path)
      stores.outbox.add('a', START, clock.now() - 2 * DAY)
    }
    const before = readdirSync(place.path).toSorted()
    const machine = fakeMachine({ dataDirectory: place.path, clock })
    expect(await examineOne(DATABASE_CHECKS, 'database', machine)).toMatchObject({ verdict: 'ok', evidence: expect.stringContaining('whole, schema') })
    expect(await examineOne(DATABASE_CHECKS, 'outbox', machine)).toMatchObject({ verdict: 'warn', evidence: expect.stringContaining('1 message') })
    expect(readdirSync(place.path).toSorted()).toEqual(before)
  })

  test('that an agent holds open is read as it is now', async () => {
    using place = directory()
    const clock = createFakeClock()
    using stores = openAgentStores(place.path)
    stores.outbox.add('a', START, clock.now())
    expect(await examineOne(DATABASE_CHECKS, 'outbox', fakeMachine({ dataDirectory: place.path, clock }))).toMatchObject({
      evidence: expect.stringContaining('1 message'),
    })
    stores.outbox.add('b', START, clock.now())
  })

  test('that is damaged, or none at all, is broken; none yet is skipped', async () => {
    using place = directory()
    const machine = () => fakeMachine({ dataDirectory: place.path, clock: createFakeClock() })
    expect(await examineOne(DATABASE_CHECKS, 'database', machine())).toMatchObject({ verdict: 'skipped' })
    writeFileSync(join(place.path, 'agent.sqlite'), 'x'.repeat(8_192))
    expect(await examineOne(DATABASE_CHECKS, 'database', machine())).toMatchObject({ verdict: 'fail', evidence: expect.stringContaining('not a database') })
    rmSync(join(place.path, 'agent.sqlite'))
    mkdirSync(join(place.path, 'agent.sqlite'))
    expect(await examineOne(DATABASE_CHECKS, 'database', machine())).toMatchObject({ verdict: 'fail' })
  })
})
