import { readFileSync } from 'node:fs'
import { builderPart } from './builder-parts.ts'

interface ResourceEntry {
  readonly type: number | string
  readonly id: number | string
  readonly bin: ArrayBuffer
}
interface Language {
  readonly lang: number
  readonly codepage: number
}
/** What is used of the library with which electron-builder writes into Windows programs. */
interface Resedit {
  readonly NtExecutable: { from: (bytes: Uint8Array) => object }
  readonly NtExecutableResource: { from: (program: object) => { readonly entries: readonly ResourceEntry[] } }
  readonly Resource: {
    readonly VersionInfo: {
      fromEntries: (
        entries: readonly ResourceEntry[],
      ) => readonly { getAllLanguagesForStringValues: () => Language[]; getStringValues: (language: Language) => object }[]
    }
    readonly IconGroupEntry: { fromEntries: (entries: readonly ResourceEntry[]) => readonly { readonly icons: readonly { readonly width: number }[] }[] }
  }
}

export interface ProgramFacts {
  /** The texts of its version. */
  readonly words: object
  /** Pixels. */
  readonly icons: readonly number[]
  /** What Electron compares its archive with. */
  readonly integrity: unknown
}

/** What a Windows program says of itself in its resources. */
export function programFacts(file: string): ProgramFacts {
  const { NtExecutable, NtExecutableResource, Resource } = builderPart('resedit') as Resedit
  const { entries } = NtExecutableResource.from(NtExecutable.from(readFileSync(file)))
  const [version] = Resource.VersionInfo.fromEntries(entries)
  const [language] = version?.getAllLanguagesForStringValues() ?? []
  const integrity = entries.find(({ type }) => type === 'INTEGRITY')
  return {
    words: (language && version?.getStringValues(language)) ?? {},
    // 256 does not fit into its byte and is written as 0.
    icons: Resource.IconGroupEntry.fromEntries(entries).flatMap(({ icons }) => icons.map(({ width }) => width || 256)),
    integrity: integrity ? (JSON.parse(Buffer.from(integrity.bin).toString()) as unknown) : null,
  }
}
