/** Entry of the process that looks up names. It starts programs of the system and may block for a second, hence a process of its own. */
import { baseboard, cpu, diskLayout, graphics, osInfo } from 'systeminformation'
import { type MachineNames, NamesRequest } from './names-protocol.ts'
import { cleanName, joinNames, pciAddress } from './names-text.ts'
import { serveReader } from './reader-child.ts'

const MAX_GPUS = 32
const MAX_DISKS = 64

/** A question that fails leaves its part unnamed. */
const orElse = <T>(otherwise: T, ask: () => Promise<T>): Promise<T> => ask().catch(() => otherwise)

const gpuNames = async (): Promise<MachineNames['gpus']> => {
  const { controllers } = await graphics()
  const named = controllers.flatMap(({ busAddress, model }) => {
    const [busId, name] = [pciAddress(busAddress), cleanName(model)]
    return busId && name ? [{ busId, name }] : []
  })
  return named.slice(0, MAX_GPUS)
}

const diskNames = async (): Promise<MachineNames['disks']> => {
  const disks = await diskLayout()
  const named = disks.flatMap((disk) => {
    const name = cleanName(disk.name) ?? cleanName(disk.device)
    return name && disk.size > 0 ? [{ name, bytes: disk.size, kind: cleanName(disk.type) }] : []
  })
  return named.slice(0, MAX_DISKS)
}

serveReader({
  request: NamesRequest,
  answer: async (request): Promise<MachineNames> => ({
    cpu: await orElse(null, async () => cpu().then(({ manufacturer, brand }) => joinNames(manufacturer, brand))),
    os: await orElse(null, async () => osInfo().then(({ distro, release }) => joinNames(distro, release))),
    board: await orElse(null, async () => baseboard().then(({ manufacturer, model }) => joinNames(manufacturer, model))),
    gpus: request.graphics ? await orElse([], gpuNames) : [],
    disks: await orElse([], diskNames),
  }),
})
