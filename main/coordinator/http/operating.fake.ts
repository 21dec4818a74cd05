/** What an operator sees of a coordinator, over a test core. */
import { createLogger } from '../../kernel/log.ts'
import type { CoreDeps } from '../core.ts'
import type { TestCore, startTestCore } from '../core.fake.ts'
import { createOperating } from '../operating.ts'

type Options = NonNullable<Parameters<typeof startTestCore>[0]>

export type TestOperated = ReturnType<typeof createOperating>

export interface TestOperating {
  /** Options for a core whose events are counted. */
  readonly options: Options
  readonly over: (core: TestCore) => ReturnType<ReturnType<typeof createOperating>['watch']> & { readonly operating: TestOperated }
  /** Tells the coordinator to stop. */
  readonly leave: () => void
}

export function operatingFor(options: Options = {}): TestOperating {
  const signal = new AbortController()
  let operating: TestOperated | null = null
  const config = { dataDirectory: '/nowhere', drainGraceMs: 0, drainLimitMs: 8_000, metricsHost: '127.0.0.1', metricsPort: null }
  const made = ({ clock }: Pick<CoreDeps, 'clock'>) =>
    (operating ??= createOperating({ config, clock, log: createLogger('test', 'silent'), version: '0.1.0' }, signal.signal))
  return {
    leave: () => signal.abort(),
    options: {
      ...options,
      changes: (books, given) => ({ events: made(given).events, quiet: signal.signal, ...options.changes?.(books, given) }),
    },
    over(core) {
      const own = made(core)
      return { ...own.watch({ db: core.db, core, shards: { epochOf: () => 1, fenced: () => core.db } }), operating: own }
    },
  }
}
