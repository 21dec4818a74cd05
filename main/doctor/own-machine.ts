import type { Diagnose } from '../agent/diagnosis.ts'
import type { OpenSandbox } from '../agent/jobs/sandbox-program.ts'
import { withoutOurNames } from '../kernel/anonymous.ts'
import { systemClock } from '../kernel/clock.ts'
import { diagnose } from './diagnose.ts'
import { createFacts } from './facts.ts'
import { checkGroups } from './groups.ts'
import { RUNNING_CHECKS } from './running.ts'

/** The examination of `windfall doctor` as a running agent makes it of its own machine. `startsNode` as for {@link checkGroups}. */
export const examineOwnMachine =
  ({ startsNode, sandbox }: { readonly startsNode: boolean; readonly sandbox: OpenSandbox }): Diagnose =>
  async ({ dataDirectory, environment, status, left }, signal) => {
    const place = { dataDirectory, environment, platform: process.platform, clock: systemClock, sysRoot: '/sys', procRoot: '/proc', sandbox }
    const machine = { ...place, facts: createFacts(place, async () => status(), signal) }
    const groups = checkGroups({ startsNode, program: [], running: RUNNING_CHECKS })
    left(groups.flatMap(({ checks }) => checks.map(({ code }) => code)))
    return diagnose({ groups, machine, say: () => undefined, left: (pending) => left([...pending]), anonymous: withoutOurNames() }, signal)
  }
