import { thisNode } from '../agent/jobs/sandbox-program.ts'
import { systemClock } from '../kernel/clock.ts'
import { type Check, type CheckResult, type Examined, examine } from './check.ts'
import type { Facts } from './facts.ts'

const refused = (what: string) => () => {
  throw new Error(`this test has no ${what}`)
}

/** A machine of which a check sees only what the test gives it. */
export const fakeMachine = ({ facts = {}, ...change }: Partial<Omit<Examined, 'facts'>> & { readonly facts?: Partial<Facts> } = {}): Examined => ({
  dataDirectory: '/nowhere',
  environment: {},
  platform: 'linux',
  clock: systemClock,
  sysRoot: '/nowhere',
  procRoot: '/nowhere',
  sandbox: thisNode(),
  facts: {
    engine: async () => ({ found: null, other: null, silent: [] }),
    hardware: async () => ({ sources: [], seen: [] }),
    status: async () => null,
    settings: refused('settings'),
    signals: refused('signals'),
    ...facts,
  },
  ...change,
})

/** The first finding of the check with this code. */
export async function examineOne(checks: readonly Check[], code: string, machine: Examined): Promise<CheckResult | undefined> {
  return (
    await examine(
      checks.filter((check) => check.code === code),
      machine,
      { signal: new AbortController().signal },
    )
  )[0]
}
