import { z } from 'zod'

/**
 * What a node was found to have done wrong. `wrong-result`, `failed` and `silent` are only counted once another node has finished the same job: until then
 * nobody knows whose fault it was. What an owner causes by taking the machine back is none.
 */
export const NodeFault = z.enum(['wrong-result', 'forged-samples', 'refused-proof', 'unanswered', 'failed', 'silent'])
export type NodeFault = z.infer<typeof NodeFault>
