import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { coordinatorContract } from '../../shared/contract/coordinator.ts'
import type { Client } from '../../shared/contract/define.ts'
import { WindfallError } from '../../shared/errors.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import type { DeviceKeys } from '../kernel/device-key.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import { createKeyRotation } from './key-rotation.ts'

const [signer, successor] = [createSigner(generateKeyPem()), createSigner(generateKeyPem())]

/** Runs the rotation of a node whose next key may wait, with a coordinator that can or cannot be told. */
function setUp() {
  const clock = createFakeClock()
  const machine = { waits: false, isReachable: true, told: 0, adopted: 0 }
  const keys = {
    nodeId: signer.keyId,
    signer,
    next: () => (machine.waits ? { signer: successor, statement: {} } : null),
    adopt: async () => {
      machine.waits = false
      machine.adopted += 1
    },
    postpone: () => undefined,
  } as unknown as DeviceKeys
  const call = async () => {
    machine.told += 1
    if (!machine.isReachable) throw new WindfallError('unavailable', 'not now')
    return { nodeId: signer.keyId, keyId: successor.keyId }
  }
  const client = { call } as unknown as Client<typeof coordinatorContract>
  const rotation = createKeyRotation({
    keys,
    clientFor: () => client,
    clock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    changed: () => undefined,
  })
  const start = async () => {
    const stop = new AbortController()
    const over = rotation.run(stop.signal)
    await clock.advance(0)
    return async () => {
      stop.abort()
      await over
    }
  }
  return { clock, machine, rotation, start }
}

test('a machine whose key waits for nothing is never woken', async () => {
  const { clock, start } = setUp()
  const end = await start()
  expect(clock.sleepers()).toBe(0)
  await end()
})

test('a key that a crash left waiting takes over at the start', async () => {
  const { machine, start, clock } = setUp()
  machine.waits = true
  const end = await start()
  expect([machine.adopted, clock.sleepers()]).toEqual([1, 0])
  await end()
})

test('a key whose coordinator cannot be told takes over once it can, and the machine rests again', async () => {
  const { machine, rotation, start, clock } = setUp()
  const end = await start()
  Object.assign(machine, { waits: true, isReachable: false })
  await rotation.handOver()
  await clock.advance(10 * 60_000)
  expect(machine.told).toBeGreaterThan(5)
  expect(machine.adopted).toBe(0)
  machine.isReachable = true
  await clock.advance(62_000)
  expect([machine.adopted, clock.sleepers()]).toEqual([1, 0])
  await end()
})

test('ends at once while a key waits', async () => {
  const { machine, start } = setUp()
  Object.assign(machine, { waits: true, isReachable: false })
  const end = await start()
  await end()
  expect(machine.told).toBe(1)
})
