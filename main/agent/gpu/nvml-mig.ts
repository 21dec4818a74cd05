import { type Call, type Handle, tells, textOf } from './nvml-binding.ts'
import { NvmlCode } from './nvml-codes.ts'
import { MAX_INSTANCES } from './nvml-protocol.ts'
import { readU32 } from './nvml-values.ts'

const MIG_ENABLED = 1
const modes = Buffer.alloc(8)

/** UUIDs of the instances of a card in MIG mode, possibly none; `null` for a card that is whole. */
export function migInstances(call: Call, card: Handle): string[] | null {
  const current = modes.subarray(0, 4)
  const pending = modes.subarray(4)
  const isMig = tells(call('nvmlDeviceGetMigMode', 'void *device, void *current, void *pending', card, current, pending), 'nvmlDeviceGetMigMode')
  if (!isMig || current.readUInt32LE() !== MIG_ENABLED) return null
  const slots = Math.min(readU32(call, 'nvmlDeviceGetMaxMigDeviceCount', card) ?? 0, MAX_INSTANCES)
  return Array.from({ length: slots }, (_, index) => index).flatMap((index) => {
    const instance: Handle[] = [null]
    const name = 'nvmlDeviceGetMigDeviceHandleByIndex'
    // A slot without an instance answers "not found", and is no trouble of the card.
    if (call(name, 'void *device, uint index, _Out_ void **instance', card, index, instance) !== NvmlCode.ok) return []
    return [textOf(call, 'nvmlDeviceGetUUID', instance[0])]
  })
}
