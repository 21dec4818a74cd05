import type { DeviceIdentity } from '../power-source.ts'

/** An NVIDIA card that jobs in containers can have. */
export const CARD: DeviceIdentity = {
  kind: 'gpu',
  vendor: 'NVIDIA',
  name: 'RTX 4090',
  driver: 'NVIDIA 595.71.05',
  uuid: 'GPU-1',
  busId: '0000:01:00.0',
  vramBytes: 1,
  powerLimitW: 450,
  containerIds: ['GPU-1'],
  instances: null,
}
