/** Entry of the process that holds NVIDIA's management library; the last argument is the path of the library. */
import { type NvmlReply, NvmlRequest } from './nvml-protocol.ts'
import { nvmlCodeOf } from './nvml-binding.ts'
import { type Nvml, openNvml } from './nvml.ts'
import { serveReader } from './reader-child.ts'

let nvml: Nvml | null = null

function answer(request: NvmlRequest): NvmlReply {
  try {
    nvml ??= openNvml(process.argv.at(-1) ?? '')
    if (request.ask === 'reading') return { reading: nvml.read(request.uuid) }
    if (request.fresh) nvml.reopen()
    return { driver: nvml.driver(), devices: nvml.devices() }
  } catch (error) {
    return { code: nvmlCodeOf(error) }
  }
}

serveReader({ request: NvmlRequest, answer, close: () => nvml?.close() })
