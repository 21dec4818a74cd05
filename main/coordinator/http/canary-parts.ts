import type { canaryCalls } from '../../../shared/contract/canary.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'

type Calls = typeof canaryCalls
type In<K extends keyof Calls> = InputOf<Calls[K]>
type Out<K extends keyof Calls> = OutputOf<Calls[K]>

/** Who asks comes first. Whoever is no operator is refused with `auth.refused`. */
export interface CanaryParts {
  readonly add: (by: string, canary: In<'addCanary'>) => Promise<Out<'addCanary'>>
  readonly list: (by: string, page: In<'listCanaries'>) => Promise<Out<'listCanaries'>>
  readonly remove: (by: string, order: In<'removeCanary'>) => Promise<Out<'removeCanary'>>
}
