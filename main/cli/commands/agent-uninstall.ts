import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { createDockerEngine } from '../../agent/jobs/docker.ts'
import { openAgentStores } from '../../agent/stores.ts'
import { holdDirectory } from '../../kernel/instance-lock.ts'
import { agreed } from '../agreed.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { nodeKeys } from '../node-keys.ts'
import type { Output } from '../output.ts'
import { removeService } from '../service.ts'
import { purgeData, sweepEngine } from '../service-leftovers.ts'
import { type ScopeOptions, findService, scopeOptions } from '../service-scope.ts'

interface UninstallOptions extends CommonOptions, ScopeOptions {
  readonly purge?: boolean
  readonly keys?: boolean
  readonly yes?: boolean
}

const SWEEP_MS = 60_000

/** What of ours is left in the container engine, in words. No engine, nothing left. */
async function sweep(directory: string, { progress }: Output): Promise<string[]> {
  if (!existsSync(join(directory, 'agent.sqlite'))) return []
  try {
    const { nodeId } = await nodeKeys(directory)
    using stores = openAgentStores(directory)
    const images = stores.images.all().map(({ name }) => name)
    return await sweepEngine({ engine: createDockerEngine(), nodeId, images }, AbortSignal.timeout(SWEEP_MS))
  } catch (error) {
    progress(`Whether something is left in a container engine is not known: ${messageOf(error)}`)
    return []
  }
}

async function mayPurge({ purge, keys, yes }: UninstallOptions, directory: string): Promise<boolean> {
  if (!purge) return false
  const what = keys
    ? 'everything the agent keeps, and its keys: this machine becomes another node, and what was not paid yet is lost'
    : 'everything the agent keeps but its keys'
  return yes === true || agreed(`This removes ${what}, from ${directory}. Do it?`)
}

async function uninstall(options: UninstallOptions, output: Output): Promise<void> {
  const directory = resolve(dataDirectoryOf(options))
  if (options.keys && !options.purge) throw new WindfallError('input.invalid', '--keys goes with --purge.')
  const isPurged = await mayPurge(options, directory)
  const removed = await removeService(await findService(options))
  const swept = existsSync(directory) ? await heldSweep(directory, output) : []
  const kept = isPurged ? purgeData(directory, { keys: options.keys === true }) : null
  output.answer({ removed, swept, purged: isPurged, kept }, () => [
    ...(removed.length === 0 ? ['There was no service.'] : removed.map((path) => `Removed ${path}`)),
    ...swept.map((thing) => `Removed ${thing}`),
    isPurged ? (kept?.length ? `${directory} still holds: ${kept.join(', ')}` : `Removed ${directory}`) : `${directory} stays; --purge removes it.`,
  ])
}

/** Nothing is taken from an agent that runs. Error: `instance.running`. */
async function heldSweep(directory: string, output: Output): Promise<string[]> {
  using _lock = holdDirectory(directory, 'agent')
  return sweep(directory, output)
}

/** `windfall agent uninstall`: no service, no unit, no container, volume or image of ours is left. */
export const uninstallCommand = (): Command =>
  action<UninstallOptions>(
    scopeOptions(createCommand('uninstall', 'stop the service and remove all of it: unit, links, and what is ours in the container engine'))
      .option('--purge', 'remove what the agent keeps in its data directory too, apart from its keys')
      .option('--keys', 'with --purge: remove the keys as well')
      .option('--yes', 'do not ask'),
    uninstall,
  )
