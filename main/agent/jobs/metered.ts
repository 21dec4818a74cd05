import { WindfallError } from '../../../shared/errors.ts'

/** What a runtime says that would have to load something while it may not. The lease then waits. */
export const meteredNetwork = (): WindfallError =>
  new WindfallError('network.metered', 'This job is not on this machine yet, and the network is metered. It is fetched when the network is not.')
