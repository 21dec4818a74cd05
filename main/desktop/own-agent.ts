import { join } from 'node:path'
import { app, safeStorage, utilityProcess } from 'electron'
import type { ShellAgent } from '../../shared/contract/shell.ts'
import { WindfallError } from '../../shared/errors.ts'
import { t } from '../../shared/i18n/translate.ts'
import { sandboxName } from '../agent/jobs/sandbox-program.ts'
import { systemClock } from '../kernel/clock.ts'
import { type AgentAddress, runningAgent } from '../kernel/instance-file.ts'
import type { Logger } from '../kernel/log.ts'
import { type AgentLink, linkAgent } from './agent-link.ts'
import { type AgentProcess, createAgentProcess } from './agent-process.ts'
import { attachToAgent } from './attached-agent.ts'
import { createAgentLauncher, createChildLauncher } from './child-launcher.ts'
import { openKeychainVault } from './keychain-vault.ts'
import { createLogFile } from './log-file.ts'
import { openRpc } from './rpc-client.ts'

export interface OwnAgentPlace {
  readonly dataDirectory: string
  /** What was built: `dist/`. */
  readonly dist: string
  readonly logs: string
  readonly log: Logger
  /** Its state is another one. */
  readonly changed: () => void
}

export interface OwnAgent {
  /** Error: what an agent says that cannot start. */
  readonly linking: Promise<AgentLink>
  readonly state: () => ShellAgent
  /** Ends the wait before the next start, however long it is. */
  readonly start: () => void
  readonly report: AgentProcess['report']
}

/** The agent of this data directory: one of our own in a process beside this one, unless somebody else runs one. */
export function linkToAgent(place: OwnAgentPlace): OwnAgent {
  const { dataDirectory, log } = place
  const own = createAgentProcess(portsOf(place))
  const discover = () => runningAgent(dataDirectory)
  const attach = (missing?: () => WindfallError) => attachToAgent({ discover, clock: systemClock, log, ...(missing && { missing }) })
  const start = async () => {
    // Spares a process that would only find out the same.
    if (await answers(discover())) throw new WindfallError('instance.running', 'An agent runs already.')
    await own.start(dataDirectory)
    const link = attach(() => new WindfallError('instance.missing', missingText(own.state())))
    return { ...link, stop: async () => void (await Promise.all([link.stop(), own.stop()])) }
  }
  let elsewhere = false
  const linking = linkAgent(dataDirectory, { start, attach }).then((link) => {
    elsewhere = !link.agentIsHere
    place.changed()
    return link
  })
  return { linking, state: () => (elsewhere ? { state: 'elsewhere' } : own.state()), start: own.startNow, report: own.report }
}

async function answers(address: AgentAddress | null): Promise<boolean> {
  if (address === null) return false
  try {
    const client = await openRpc(address, () => {})
    client.close()
    return true
  } catch {
    return false
  }
}

const missingText = (state: ShellAgent): string => ('message' in state ? state.message : t('The agent is starting and answers in a moment.'))

const fork: typeof utilityProcess.fork = (...call) => utilityProcess.fork(...call)

function portsOf({ dist, logs, log, changed }: OwnAgentPlace): Parameters<typeof createAgentProcess>[0] {
  const keep = createLogFile(logs, 'agent')
  const onLog = (text: Buffer) => {
    keep(text)
    process.stderr.write(text)
  }
  return {
    fork: createAgentLauncher({ fork, file: join(dist, 'main', 'agent.mjs'), onLog }),
    launch: createChildLauncher({ fork, directory: join(dist, 'children') }),
    sandbox: app.isPackaged ? join(process.resourcesPath, 'sandbox') : join(dist, 'sandbox', sandboxName(process)),
    openVault: (directory) => openKeychainVault(safeStorage, directory, process.platform),
    clock: systemClock,
    log,
    changed,
  }
}
