/** What a node says of itself: what it can do, and what it is doing. */
import { z } from 'zod'
import { Id, RuntimeName, Sha256Hex, Zone } from './wire.ts'

export const Capabilities = z.strictObject({
  agentVersion: z.string().max(40),
  os: z.string().max(60),
  arch: z.string().max(20),
  cpu: z.strictObject({ model: z.string().max(120), cores: z.number().int().min(1) }),
  ramBytes: z.number().int().min(0),
  gpus: z
    .array(
      z.strictObject({
        uuidHash: Sha256Hex,
        vendor: z.string().max(60),
        name: z.string().max(120),
        driver: z.string().max(60),
        vramBytes: z.number().int().min(0),
        powerLimitW: z.number().min(0),
      }),
    )
    .max(64),
  /** Largest power all metered CPU packages may draw together; bounds the plausibility check of CPU jobs. */
  cpuPowerLimitW: z.number().min(0),
  runtimes: z.array(z.strictObject({ name: RuntimeName, version: z.string().max(80) })).max(8),
  zone: Zone,
})
export type Capabilities = z.infer<typeof Capabilities>

/**
 * `probation`: it was quarantined, and is given small jobs until it has shown that it works again. `quarantined`: it is given nothing. `removed`: its
 * owner or the operator took it out; what it has earned is paid.
 */
export const NodeState = z.enum(['active', 'probation', 'quarantined', 'removed'])
export type NodeState = z.infer<typeof NodeState>

/** Whether a node may be given jobs at all. */
export const isWorking = (state: NodeState): boolean => state === 'active' || state === 'probation'

export const Presence = z.strictObject({
  /** Whether the agent would start a job now. */
  ready: z.boolean(),
  reasons: z.array(z.string().max(40)).max(32),
  running: z
    .array(z.strictObject({ leaseId: Id, token: z.number().int().positive(), state: z.enum(['waiting', 'preparing', 'running', 'collecting', 'proving']) }))
    .max(64),
})
export type Presence = z.infer<typeof Presence>
