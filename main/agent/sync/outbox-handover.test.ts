import { expect, test } from 'vitest'
import { type FailureCode, WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as initial from '../migrations/0001-initial.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { HANDOVER_PATIENCE_MS, runOutbox } from './outbox.ts'
import { createOutboxStore } from './outbox.store.ts'

const signer = createSigner(generateKeyPem())
const held = { leaseId: 'lease-1', token: 1 }
const interrupted = { kind: 'fail', ...held, reason: 'owner-present', message: 'The machine was needed.', exitCode: null, retry: true } as const

/** An attempt has ended and left something; `answer` is what becomes of each try to hand it over. */
function setUp(answer: () => FailureCode | null) {
  const clock = createFakeClock()
  const outbox = createOutboxStore(openSqlite(':memory:', [initial]))
  const coordinator = createFakeCoordinator(signer, clock)
  const refused: string[] = []
  outbox.add('c', { kind: 'checkpoint', ...held, attemptId: 'attempt-1' }, clock.now())
  outbox.add('f', interrupted, clock.now())
  const run = async (act: () => Promise<void>) => {
    const stop = new AbortController()
    const deps = {
      outbox,
      client: coordinator.client,
      nodeId: signer.keyId,
      signer,
      clock,
      random: () => 0.5,
      async handOver() {
        const code = answer()
        if (code !== null) throw new WindfallError(code, `Refused with ${code}.`)
        coordinator.taken.push('checkpoint lease-1')
      },
      realign: async <T>(head: T) => head,
      refused: (item: { kind: string }, { code }: WindfallError) => void refused.push(`${item.kind} ${code}`),
      accepted: () => undefined,
      postponed: () => undefined,
    }
    const running = runOutbox(deps, stop.signal)
    await clock.advance(0)
    await act()
    stop.abort()
    await running
  }
  return { clock, outbox, coordinator, refused, run }
}

test('what an attempt has saved goes out before its end is told', async () => {
  const { coordinator, outbox, run } = setUp(() => null)
  expect(outbox.handingOver(0)).toEqual([expect.objectContaining(held)])
  await run(async () => undefined)
  expect(coordinator.taken).toEqual(['checkpoint lease-1', 'fail lease-1'])
  expect(outbox.handingOver(0)).toEqual([])
})

test.each(['unavailable', 'rate.limited', 'conflict', 'auth.refused', 'storage.failed'] as const)(
  'after %s it is tried again, and the end waits for that, but not for ever',
  async (code) => {
    let isOver = false
    const { coordinator, clock, refused, run } = setUp(() => (isOver ? null : code))
    await run(async () => {
      await clock.advance(HANDOVER_PATIENCE_MS / 2)
      expect(coordinator.taken).toEqual([])
      await clock.advance(HANDOVER_PATIENCE_MS)
      expect(coordinator.taken).toEqual(['fail lease-1'])
      isOver = true
      await clock.advance(HANDOVER_PATIENCE_MS)
    })
    expect([coordinator.taken, refused]).toEqual([['fail lease-1', 'checkpoint lease-1'], []])
  },
)

test.each(['lease.lost', 'input.too-large', 'input.invalid', 'not-found', 'runtime.limit', 'internal'] as const)(
  'after %s it is given up at once, and the end does not wait',
  async (code) => {
    const { coordinator, outbox, refused, run } = setUp(() => code)
    await run(async () => undefined)
    expect([coordinator.taken, refused, outbox.peek()]).toEqual([['fail lease-1'], [`checkpoint ${code}`], null])
  },
)

test('a clock that jumps does not hold up what waits behind it', async () => {
  const { coordinator, clock, run } = setUp(() => 'unavailable')
  clock.jump(-3_600_000)
  await run(() => clock.advance(5_000))
  expect(coordinator.taken).toEqual(['fail lease-1'])
})
