import type { DecisionRecord } from '../../../shared/contract/decision.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import type { Decision } from './chain.ts'

/** A decision as it travels. */
export const toRecord = ({ at, ...decision }: Decision): DecisionRecord => ({ ...decision, at: toIso(at) })

/** A decision as it was hashed. */
export const fromRecord = ({ at, ...record }: DecisionRecord): Decision => ({ ...record, at: fromIso(at) })
