import type { Command } from 'commander'
import { thisNode } from '../../agent/jobs/sandbox-program.ts'
import { withoutOurNames } from '../../kernel/anonymous.ts'
import { systemClock } from '../../kernel/clock.ts'
import { honourProxies } from '../../kernel/proxy.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { diagnose } from '../../doctor/diagnose.ts'
import { createFacts } from '../../doctor/facts.ts'
import { readInstance } from '../../kernel/instance-file.ts'
import { GROUPS } from '../doctor/groups.ts'
import { reportLines } from '../doctor/report.ts'
import { EXIT } from '../exit-codes.ts'
import { agentClient } from '../instance.ts'
import { stopOnSignals } from '../running.ts'

const HELP = `
Every check says what it saw and, where something is to be done, what. The
report names neither this machine nor its user, so it can be shown to others.
Nothing is changed; what is put on the container engine to try it is removed.

Exit codes of doctor:
  0  nothing is broken; something may be worth a look
  1  something is broken
  2  wrong usage`

/** `windfall doctor`: what this machine can do, and what to do where it cannot. */
export const doctorCommand = (): Command =>
  action<CommonOptions>(
    createCommand('doctor', 'check this machine and say what to do; exit code 1 if something is broken').addHelpText('after', HELP),
    async (options, output) => {
      using stop = stopOnSignals(output.progress)
      const { signal } = stop
      honourProxies(process.env)
      const place = {
        dataDirectory: dataDirectoryOf(options),
        environment: process.env,
        platform: process.platform,
        clock: systemClock,
        sysRoot: '/sys',
        procRoot: '/proc',
        sandbox: thisNode(),
      }
      const began = systemClock.monotonic()
      const { dataDirectory } = place
      const status = async () => (readInstance(dataDirectory)?.agent ? agentClient(dataDirectory).call('getStatus', {}) : null)
      const machine = { ...place, facts: createFacts(place, status, signal) }
      const results = await diagnose({ groups: GROUPS, machine, say: output.progress, anonymous: withoutOurNames() }, signal)
      const checks = results.flatMap((group) => group.results)
      output.answer({ checks }, () => reportLines(results, (systemClock.monotonic() - began) / 1_000))
      return checks.some(({ verdict }) => verdict === 'fail') ? EXIT.failed : EXIT.ok
    },
  )
