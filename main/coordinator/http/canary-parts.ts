import type { canaryCalls } from '../../../shared/contract/canary.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'

type Calls = typeof canaryCalls
type In<K extends keyof Calls> = InputOf<Calls[K]>
type Out<K extends keyof Calls> = OutputOf<Calls[K]>

/** Who orders comes first. */
export interface CanaryParts {
  readonly add: (by: string, canary: In<'addCanary'>) => Promise<Out<'addCanary'>>
  readonly list: (page: In<'listCanaries'>) => Promise<Out<'listCanaries'>>
  readonly remove: (by: string, order: In<'removeCanary'>) => Promise<Out<'removeCanary'>>
}
