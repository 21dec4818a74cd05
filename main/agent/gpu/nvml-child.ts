/** Entry of the process that holds the vendor library: `fork(nvml-child.ts, [library path])`. It ends with its parent. */
import type { NvmlReply, NvmlRequest } from './nvml-protocol.ts'
import { type Nvml, nvmlCodeOf, openNvml } from './nvml.ts'

let nvml: Nvml | null = null

function answer(request: NvmlRequest): NvmlReply {
  try {
    nvml ??= openNvml(process.argv[2] ?? '')
    if (request.ask === 'devices') return { id: request.id, driver: nvml.driver, devices: nvml.devices() }
    return { id: request.id, reading: nvml.read(request.uuid) }
  } catch (error) {
    return { id: request.id, code: nvmlCodeOf(error) }
  }
}

// Ctrl-C reaches the whole process group; the agent still needs the last reading, and ends this process itself.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => undefined)
process.on('message', (request: NvmlRequest) => void process.send?.(answer(request)))
process.on('disconnect', () => nvml?.close())
