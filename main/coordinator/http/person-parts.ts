import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { ErasureView, personCalls } from '../../../shared/contract/person.ts'

type In<K extends keyof typeof personCalls> = InputOf<(typeof personCalls)[K]>
type Out<K extends keyof typeof personCalls> = Promise<OutputOf<(typeof personCalls)[K]>>

/** Who asks: as the logs name them, which persons they are, and whether they look after those of others. */
interface Asker {
  readonly by: string
  readonly own: readonly string[]
  readonly isKeeper: boolean
}

/** What is kept about persons. Errors: `auth.refused` for somebody else, `not-found`, and `conflict` while something is owed or goes on. */
export interface PersonParts {
  readonly export: (asker: Asker, asked: In<'exportPerson'>) => Out<'exportPerson'>
  readonly erase: (asker: Asker, person: string) => Promise<ErasureView>
  readonly cancel: (asker: Asker, person: string) => Promise<ErasureView>
  readonly list: (asker: Asker, page: In<'listErasures'>) => Out<'listErasures'>
}
