import type { Capabilities } from '../../../shared/contract/node.ts'

/** A machine without a GPU that can run nothing yet. */
export const CAPABILITIES: Capabilities = {
  agentVersion: '0.1.0',
  os: 'linux',
  arch: 'x64',
  cpu: { model: 'test', cores: 2 },
  ramBytes: 1,
  gpus: [],
  cpuPowerLimitW: 65,
  runtimes: [],
  zone: 'GB-13',
}
