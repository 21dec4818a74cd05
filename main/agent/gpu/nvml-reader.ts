import { nvmlSource } from './nvidia.ts'
import type { Listed, LookFailed, NvidiaReader, Surroundings } from './nvidia-look.ts'
import { NvmlCode, needsReload, nvmlAdvice } from './nvml-codes.ts'
import { type NvmlAnswer, type NvmlHost, type NvmlHostDeps, createNvmlHost } from './nvml-host.ts'
import { findNvmlLibrary } from './nvml-library.ts'
import type { NvmlDevice } from './nvml-protocol.ts'
import { sysfsBusId } from './pci.ts'

interface Opened {
  readonly libraryPath: string
  readonly host: NvmlHost
  /** Cards that someone measures. The open library keeps every card awake, so it is closed when nobody does. */
  readonly awake: Set<string>
}

/** Reads NVIDIA cards through the driver's own library, in a child process. Ends with `signal`. */
export function createNvmlReader(deps: Omit<NvmlHostDeps, 'libraryPath'>, signal: AbortSignal): NvidiaReader {
  let opened: Opened | null = null
  const open = (): Opened | null => {
    const libraryPath = findNvmlLibrary(deps)
    if (libraryPath === opened?.libraryPath) return opened
    opened?.host.rest()
    opened = libraryPath === null ? null : { libraryPath, host: createNvmlHost({ ...deps, libraryPath }, signal), awake: new Set() }
    return opened
  }
  return {
    installed: () => findNvmlLibrary(deps) !== null,
    async look(at, callSignal) {
      const nvml = open()
      return nvml ? look(nvml, { ...deps, ...at }, callSignal) : { failed: 'cannot-load', advice: nvmlAdvice(NvmlCode.libraryNotFound) }
    },
  }
}

type Context = Surroundings & Pick<NvmlHostDeps, 'clock'>

async function look(nvml: Opened, context: Context, signal: AbortSignal): Promise<Listed | LookFailed> {
  const answer = await askDevices(nvml.host, context.busIds, signal)
  if (!('devices' in answer)) {
    nvml.host.rest()
    return failure(answer)
  }
  const listed = list(nvml, answer, context)
  const present = new Set(answer.devices.map(({ uuid }) => uuid))
  for (const uuid of nvml.awake) if (!present.has(uuid)) nvml.awake.delete(uuid)
  if (context.sleeps && nvml.awake.size === 0) nvml.host.rest()
  return listed
}

async function askDevices(host: NvmlHost, busIds: readonly string[], signal: AbortSignal): Promise<NvmlAnswer> {
  const answer = await host.ask({ ask: 'devices', fresh: false }, signal)
  const isChanged = 'code' in answer && needsReload(answer.code)
  const isOutdated =
    'devices' in answer &&
    !sameMembers(
      answer.devices.map(({ busId }) => sysfsBusId(busId)),
      busIds,
    )
  if (!isChanged && !isOutdated) return answer
  // Cards came or went, or the driver was replaced under the library, which then takes a fresh process.
  const again = await host.ask({ ask: 'devices', fresh: isOutdated }, signal)
  return 'down' in again ? answer : again
}

const sameMembers = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((one) => b.includes(one))

function failure(answer: Exclude<NvmlAnswer, { devices: unknown }>): LookFailed {
  if (!('code' in answer)) return { failed: 'down', advice: 'The NVIDIA driver does not answer. Restart the machine.' }
  const isUnusable = answer.code === NvmlCode.libraryNotFound || answer.code === NvmlCode.functionNotFound
  return { failed: isUnusable ? 'cannot-load' : 'refused', advice: nvmlAdvice(answer.code) }
}

function list(nvml: Opened, { devices, driver }: { devices: readonly NvmlDevice[]; driver: string }, { clock, sleeps }: Context): Listed {
  const made = devices.map((device) => {
    const { ask, rest } = lend(nvml, device.uuid)
    return { device, source: nvmlSource(device, { host: { ask }, clock, driver, rest: sleeps ? rest : null }) }
  })
  return {
    sources: made.flatMap(({ source }) => source ?? []),
    unmetered: made.flatMap(({ device, source }) => (source ? [] : [{ name: device.name, busId: sysfsBusId(device.busId) }])),
  }
}

/** The host as one card's source has it. */
const lend = ({ host, awake }: Opened, uuid: string): NvmlHost => ({
  ask(request, signal) {
    awake.add(uuid)
    return host.ask(request, signal)
  },
  rest() {
    awake.delete(uuid)
    if (awake.size === 0) host.rest()
  },
})
