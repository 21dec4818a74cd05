/** The parts of a release, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/) has them. */
import { createHash } from 'node:crypto'
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library'
import type { Licensed } from './licences.ts'

export interface SbomOf {
  readonly version: string
  readonly licensed: readonly Licensed[]
  /** Epoch milliseconds. */
  readonly at: number
}

/** `pkg:npm/%40scope/name@1.0.0` (https://github.com/package-url/purl-spec). Node and Electron are what is run, not what npm calls so. */
function purlOf({ folder, name, version }: Licensed): string {
  if (folder === 'node_modules/node') return `pkg:generic/node@${version}`
  return `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`
}

const hexOf = (integrity: string): string => Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex')

/** An expression only where there is something to choose: tools read single identifiers more often. */
const licenceOf = (spdx: string) => (/\s|\(/.test(spdx) ? new Models.LicenseExpression(spdx) : new Models.SpdxLicense(spdx))

function componentOf(one: Licensed): Models.Component {
  const [scope, name] = one.name.startsWith('@') ? (one.name.split('/') as [string, string]) : [undefined, one.name]
  const isEngine = /^node_modules\/(?:node|electron)$/.test(one.folder)
  return new Models.Component(isEngine ? Enums.ComponentType.Platform : Enums.ComponentType.Library, name, {
    bomRef: one.folder,
    ...(scope === undefined ? {} : { group: scope }),
    version: one.version,
    purl: purlOf(one),
    scope: Enums.ComponentScope.Required,
    licenses: new Models.LicenseRepository([licenceOf(one.spdx)]),
    // Of the archive at the registry, which what is shipped was taken from.
    hashes: new Models.HashDictionary(one.integrity?.startsWith('sha512-') ? [[Enums.HashAlgorithm['SHA-512'], hexOf(one.integrity)]] : []),
    properties: new Models.PropertyRepository([
      ...one.kinds.map((kind) => new Models.Property('windfall:shipped-in', kind)),
      ...one.bundled.map((kind) => new Models.Property('windfall:inside-programs-of', kind)),
    ]),
  })
}

const UUID_PARTS = [8, 4, 4, 4, 12] as const

/** The same parts at the same time have the same number: a UUID of version 8 (RFC 9562 §5.8) of the SHA-256 of all that is said. */
function serialNumberOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const marked = `${hex.slice(0, 12)}8${hex.slice(13, 16)}${((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16)}${hex.slice(17, 32)}`
  let at = 0
  return `urn:uuid:${UUID_PARTS.map((length) => marked.slice(at, (at += length))).join('-')}`
}

/** The bill of materials as JSON text; the same for the same input. */
export function sbomText({ version, licensed, at }: SbomOf): string {
  const components = new Map(licensed.map((one) => [one.folder, componentOf(one)]))
  for (const { folder, needs } of licensed)
    for (const needed of needs) {
      const ref = components.get(needed)?.bomRef
      if (ref) components.get(folder)?.dependencies.add(ref)
    }
  const needed = new Set(licensed.flatMap(({ needs }) => needs))
  const own = new Models.Component(Enums.ComponentType.Application, 'windfall', {
    bomRef: 'windfall',
    version,
    purl: `pkg:generic/windfall@${encodeURIComponent(version)}`,
    licenses: new Models.LicenseRepository([new Models.SpdxLicense('Apache-2.0')]),
    dependencies: new Models.BomRefRepository([...components].filter(([folder]) => !needed.has(folder)).map(([, { bomRef }]) => bomRef)),
  })
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: own, timestamp: new Date(at) }),
    components: new Models.ComponentRepository(components.values()),
  })
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6))
  const options = { sortLists: true, space: 2 }
  bom.serialNumber = serialNumberOf(serializer.serialize(bom, options))
  return `${serializer.serialize(bom, options)}\n`
}
