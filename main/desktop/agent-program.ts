/** The agent as a process of its own beside the shell. Electron starts its bundle; `agent-protocol.ts` says what the two say to each other. */
import { join } from 'node:path'
import { messageOf, toProblem } from '../../shared/errors.ts'
import { sandboxName, systemName } from '../agent/jobs/sandbox-program.ts'
import { createShippedSandbox } from '../agent/jobs/shipped-sandbox.ts'
import { systemClock } from '../kernel/clock.ts'
import { createLogger } from '../kernel/log.ts'
import { packageRoot } from '../kernel/paths.ts'
import { createRecentLog } from '../kernel/recent-log.ts'
import { type SignalNote, ToAgent, type ToShell } from './agent-protocol.ts'
import { keepBeating } from './heartbeat.ts'
import { createLocalAgent } from './local-agent.ts'
import { createShellPorts } from './shell-ports.ts'

// oxlint-disable-next-line require-post-message-target-origin -- a process has no origin, unlike a frame
const post = (message: ToShell): void => process.parentPort.postMessage(message)
const shell = createShellPorts(post)
const recentLog = createRecentLog()
let report: (note: SignalNote) => void = () => {}
let stop: () => Promise<unknown> = async () => undefined

/** The shell ends this process once it has heard why. */
function fail(error: unknown): void {
  createLogger('agent', 'info').error({ reason: messageOf(error) }, 'the agent could not go on')
  post({ is: 'failed', problem: { ...toProblem(error) } })
}

/** What this application brings along, since its own binary is no Node. */
const sandboxIn = (directory: string) =>
  createShippedSandbox({ directory, manifestFile: join(packageRoot, 'dist', 'sandbox', `${sandboxName(process)}.json`), os: systemName(process.platform) })

async function start({ dataDirectory, vault, sandbox: folder }: Extract<ToAgent, { is: 'start' }>): Promise<void> {
  const sandbox = sandboxIn(folder)
  const run = createLocalAgent({
    environment: process.env,
    openPorts: async (config) => ({
      clock: systemClock,
      log: createLogger('agent', config.logLevel, [], recentLog),
      recentLog,
      // Loaded by those who ask for it; an Electron that starts itself opens another window.
      diagnose: async (...asked) => (await import('../doctor/own-machine.ts')).examineOwnMachine({ startsNode: false, sandbox })(...asked),
      environment: process.env,
      vault: shell.vault(vault),
      launch: shell.launch,
      sandbox,
    }),
    accompany: (agent) => {
      report = agent.report
    },
    onFailed: fail,
  })
  stop = (await run(dataDirectory)).stop
  post({ is: 'ready' })
  void keepBeating(() => post({ is: 'beat' }), systemClock, new AbortController().signal)
}

function hear(message: ToAgent): void {
  switch (message.is) {
    case 'start':
      return void start(message).catch(fail)
    case 'report':
      return report(message.report)
    case 'stop':
      return void stop().finally(() => process.exit(0))
    case 'secret':
    case 'no-secret':
    case 'child-said':
    case 'child-ended':
      return shell.hear(message)
  }
}

process.parentPort.on('message', ({ data }) => {
  const message = ToAgent.safeParse(data)
  if (message.success) hear(message.data)
})
