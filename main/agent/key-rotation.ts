import type { coordinatorContract } from '../../shared/contract/coordinator.ts'
import type { Client } from '../../shared/contract/define.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { backoffMs } from '../kernel/backoff.ts'
import type { Clock } from '../kernel/clock.ts'
import type { DeviceKeys } from '../kernel/device-key.ts'
import type { NextSigner } from '../kernel/device-key-record.ts'
import { createLatch } from '../kernel/latch.ts'
import type { Logger } from '../kernel/log.ts'
import type { Signer } from '../kernel/signing.ts'

export interface KeyRotationDeps {
  readonly keys: DeviceKeys
  /** The coordinator as the holder of one key sees it; `null` while none is configured. */
  readonly clientFor: ((signer: Signer) => Client<typeof coordinatorContract>) | null
  readonly clock: Pick<Clock, 'sleep'>
  readonly random: () => number
  readonly log: Logger
  /** The key, or why a new one waits, is another than before. */
  readonly changed: () => void
}

export interface KeyRotation {
  /** Lets a key that waits take over, if the coordinator can be told now. Never rejects: a key that cannot take over goes on waiting, and says why. */
  readonly handOver: () => Promise<void>
  /** Tries that again and again, also after a crash or an outage. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

const RETRY_MS = 1_000
const RETRY = { baseMs: 2_000, maxMs: 60_000 }

/**
 * Replaces the device key in an order that no crash can break: the new key is kept together with its statement ({@link DeviceKeys.prepare}),
 * the coordinator is told, and only then does the new key sign. A key that waits is never given up, because the coordinator may know it already.
 */
export function createKeyRotation(deps: KeyRotationDeps): KeyRotation {
  let delivering: Promise<boolean> | null = null
  const deliver = (): Promise<boolean> => {
    delivering ??= tryDeliver(deps).finally(() => {
      delivering = null
    })
    return delivering
  }
  const waiting = createLatch()
  return {
    async handOver() {
      if (!(await deliver())) waiting.raise()
    },
    async run(signal) {
      do await untilHandedOver(deps, deliver, signal)
      while (await waiting.wait(signal))
    },
  }
}

/** A machine whose key waits for nothing is not woken to look whether one does. */
async function untilHandedOver({ keys, clock, random }: KeyRotationDeps, deliver: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (let failures = 1; !signal.aborted && keys.next() !== null && !(await deliver()); failures++)
    await clock.sleep(RETRY_MS + backoffMs(failures, random(), RETRY), signal)
}

/** True unless a key still waits afterwards. */
async function tryDeliver({ keys, clientFor, log, changed }: KeyRotationDeps): Promise<boolean> {
  const next = keys.next()
  if (!next) return true
  try {
    if (!clientFor) throw new WindfallError('unavailable', 'This node has no coordinator that could be told.')
    await announce(clientFor, keys, next)
    await keys.adopt()
    log.info({ keyId: next.signer.keyId, evidence: next.signer.evidence }, 'a new device key signs from now on')
    return true
  } catch (error) {
    keys.postpone(`It takes over as soon as the coordinator knows it. ${messageOf(error)}`)
    log.info({ reason: messageOf(error) }, 'a new device key waits; its coordinator is told again')
    return false
  } finally {
    changed()
  }
}

/** A coordinator that took the statement while its answer got lost no longer hears the old key, but the new one. */
async function announce(clientFor: NonNullable<KeyRotationDeps['clientFor']>, keys: DeviceKeys, { signer, statement }: NextSigner): Promise<void> {
  const tell = async (by: Signer) => {
    const { nodeId, keyId } = await clientFor(by).call('rotateKey', { statement })
    if (nodeId !== keys.nodeId || keyId !== signer.keyId) throw new WindfallError('internal', 'The coordinator confirms another key than the one it was told.')
  }
  try {
    await tell({ ...keys.signer })
  } catch (refusal) {
    if (!(refusal instanceof WindfallError) || refusal.code !== 'auth.refused') throw refusal
    await tell(signer).catch(() => {
      throw refusal
    })
  }
}
