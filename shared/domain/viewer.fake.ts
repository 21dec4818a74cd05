/** Who looks at rows, for tests of what shows them. */
import type { Viewer } from './permissions.ts'

/** One that sees only what is theirs. */
export const ownRows = (account: string): Viewer => ({ by: account, account, all: false })

/** One that sees what is everybody's. */
export const allRows = (account = 'operator'): Viewer => ({ by: account, account, all: true })
