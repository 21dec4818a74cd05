import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const MAX_FILES = 32
const MAX_BYTES = 4_194_304

const Specification = z.object({ kind: z.string().max(200), devices: z.array(z.object({ name: z.string().max(200) })).max(1_024) })

/**
 * Qualified device names in one CDI specification, YAML or JSON; none if it cannot be read.
 * @see https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md
 */
export function cdiDevicesIn(text: string): string[] {
  const { kind, devices } = text.trimStart().startsWith('{') ? fromJson(text) : fromYaml(text)
  return kind === null ? [] : [...new Set(devices.map((name) => `${kind}=${name}`))]
}

interface Named {
  readonly kind: string | null
  readonly devices: readonly string[]
}

function fromJson(text: string): Named {
  try {
    const { kind, devices } = Specification.parse(JSON.parse(text))
    return { kind, devices: devices.map(({ name }) => name) }
  } catch {
    return { kind: null, devices: [] }
  }
}

/** As the toolkit writes it: nothing but a device of the list is named in a specification. */
function fromYaml(text: string): Named {
  const kind = /^kind:\s*"?([\w.-]+\/[\w.-]+)/m.exec(text)?.[1] ?? null
  const names = text.matchAll(/^[ \t-]*name:\s*"?([A-Za-z0-9][\w.:-]*)/gm)
  return { kind, devices: [...names].map(([, name]) => name ?? '') }
}

/** The devices that CDI specifications in these folders offer; what cannot be read offers none. */
export async function readCdiDevices(folders: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(folders.map(async (folder) => (await readdir(folder).catch(() => [])).map((name) => join(folder, name))))
  const files = lists.flat().filter((file) => /\.(?:ya?ml|json)$/.test(file))
  const texts = await Promise.all(files.slice(0, MAX_FILES).map((file) => readFile(file, 'utf8').catch(() => '')))
  return [...new Set(texts.flatMap((text) => cdiDevicesIn(text.slice(0, MAX_BYTES))))]
}

/** The CDI names of these GPUs, `null` unless every one of them can be injected that way. */
export function cdiNamesOf(gpuUuids: readonly string[], cdiDevices: readonly string[]): readonly string[] | null {
  const names = gpuUuids.map((uuid) => `nvidia.com/gpu=${uuid}`)
  return names.length > 0 && names.every((name) => cdiDevices.includes(name)) ? names : null
}
