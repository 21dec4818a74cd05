import { WindfallError } from '../../../shared/errors.ts'

/** So many tokens belong to one epoch; there is room for two million epochs. */
const PER_EPOCH = 2 ** 32

/**
 * Fencing tokens: epoch × 2³² + a counter. The epoch is raised durably whenever a coordinator begins to give leases out, so that every token is higher
 * than all before it, whichever coordinator gave those out and whether or not it lived to write them down. `epochOf` is `null` while another one does.
 * Error of what is returned: `storage.fenced`.
 */
export function createTokens(epochOf: () => number | null): () => number {
  let counter = 0
  return () => {
    const epoch = epochOf()
    if (epoch === null) throw new WindfallError('storage.fenced', 'Another coordinator gives the leases out now. Ask again; nothing was written.')
    counter += 1
    return epoch * PER_EPOCH + counter
  }
}
