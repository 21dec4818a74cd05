import { existsSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { holdDirectory } from '../../kernel/instance-lock.ts'
import { type AgentOptions, agentConfig, agentOptions, typedOptions } from '../agent-options.ts'
import { buildAgent } from '../agent-parts.ts'
import { action, createCommand, dataDirectoryOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { type Service, installService, isActive } from '../service.ts'
import { hasUserNamespaces, lingers, unitFile } from '../service-place.ts'
import { type ScopeOptions, findService, scopeOf, scopeOptions } from '../service-scope.ts'
import { serviceUnit } from '../service-unit.ts'
import { UNIT_NAME } from '../systemd.ts'

type InstallOptions = AgentOptions & ScopeOptions & { readonly runAs?: string; readonly dryRun?: boolean }

/** A `--dry-run` may ask on a machine without systemd; the newest one is then assumed. */
const NEWEST = 999

function unitFor(options: InstallOptions, version: number): string {
  const coordinator = options.coordinator ?? process.env['WINDFALL_COORDINATOR']
  const request = {
    scope: scopeOf(options),
    account: options.runAs,
    dataDirectory: resolve(dataDirectoryOf(options)),
    options: [...(coordinator ? ['--coordinator', coordinator] : []), ...typedOptions(options)],
    environment: process.env,
  }
  return serviceUnit(request, { version, ownView: hasUserNamespaces() })
}

/** An agent that runs already would make the service fail over and over. Error: `instance.running`. */
function requireFree(directory: string, { file }: Service): void {
  if (existsSync(file)) return
  using _lock = holdDirectory(directory, 'agent')
}

function hints(service: Service): string[] {
  const { scope } = service.manager
  const own = scope === 'user' ? '--user ' : ''
  return [
    ...(scope === 'user' && !lingers() ? ['It stops when you log out, and waits for you after a restart. To keep it running: loginctl enable-linger'] : []),
    ...(scope === 'user' && !hasUserNamespaces()
      ? ['This kernel lets no user have a file system view of its own, so the service sees your files as you do.']
      : []),
    `Follow it with: journalctl ${own}-u ${UNIT_NAME} -f`,
    'See what it does with: windfall status --watch    Its window: windfall agent url',
  ]
}

async function install(options: InstallOptions, output: Output): Promise<number> {
  const directory = resolve(dataDirectoryOf(options))
  // A setting that is wrong is refused here, not by a service that nobody watches.
  agentConfig(options)
  if (options.dryRun) {
    const file = unitFile(scopeOf(options), process.env)
    const text = unitFor(options, NEWEST)
    output.answer({ file, unit: text }, () => [`# ${file}`, ...text.trimEnd().split('\n')])
    return EXIT.ok
  }
  const service = await findService(options)
  const text = unitFor(options, service.manager.version)
  requireFree(directory, service)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  await buildAgent(output)
  const done = await installService(service, text)
  const running = await isActive(service)
  output.answer({ file: service.file, unit: text, outcome: done, running }, () => [
    done === 'unchanged' ? `${service.file} is there already, as it should be.` : `Wrote ${service.file}:`,
    ...(done === 'unchanged'
      ? []
      : text
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`)),
    running ? 'The agent runs.' : 'The agent does not run yet.',
    ...hints(service),
  ])
  return running ? EXIT.ok : EXIT.failed
}

/** `windfall agent install`: the agent as a systemd service. */
export const installCommand = (): Command =>
  action<InstallOptions>(
    scopeOptions(agentOptions(createCommand('install', 'run the agent as a systemd service, now and after every restart')))
      .option('--coordinator <url>', 'the coordinator to work for')
      .option('--run-as <account>', 'whose account a service of the machine runs under (default: who called sudo)')
      .option('--dry-run', 'show the unit file, and change nothing'),
    install,
  )
