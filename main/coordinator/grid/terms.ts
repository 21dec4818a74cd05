import type { Signal } from '../../../shared/contract/wire.ts'

/** As the clients of WattTime and energy-charts attribute what its owner keeps to private use. */
const PRIVATE = /private and internal use only|not for redistribution/

/** Whether the owner of the data lets others have it too. */
export const mayBePassedOn = ({ attribution }: Pick<Signal, 'attribution'>): boolean => !PRIVATE.test(attribution)
