import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { ServiceManager } from './service-place.ts'
import { UNIT_MARK, UNIT_NAME } from './systemd.ts'

export interface Service {
  readonly manager: ServiceManager
  /** The unit file. */
  readonly file: string
}

const read = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** Error: `conflict` if a unit of this name is somebody else's. */
function requireOurs(file: string): string | null {
  const text = read(file)
  if (text !== null && !text.startsWith(UNIT_MARK))
    throw new WindfallError(
      'conflict',
      `${file} was not written by Windfall and stays as it is. Move it away, or keep using it without “windfall agent install”.`,
    )
  return text
}

const notWritable = (file: string, cause: unknown) =>
  new WindfallError('storage.failed', `${file} cannot be changed (${messageOf(cause)}). For a service of the system, use sudo.`, { cause })

/** A crash leaves the old unit or the new one. */
function writeUnit(file: string, text: string): void {
  const temporary = `${file}.new`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(temporary, text, { mode: 0o644, flush: true })
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw notWritable(file, error)
  }
}

const isTrue = (asked: Promise<string>): Promise<boolean> =>
  asked.then(
    () => true,
    () => false,
  )

/** Whether the service runs. */
export const isActive = ({ manager }: Service): Promise<boolean> => isTrue(manager.systemctl('is-active', '--quiet', UNIT_NAME))

/**
 * Writes the unit, and starts it now and at every boot; a service that is already there starts again with what is new.
 * Errors: `conflict`, `storage.failed`; `unavailable` if it does not start, and nothing of a first installation is then left.
 */
export async function installService(service: Service, text: string): Promise<'installed' | 'changed' | 'unchanged'> {
  const { manager, file } = service
  const before = requireOurs(file)
  if (before === text && (await isActive(service))) return 'unchanged'
  writeUnit(file, text)
  try {
    await manager.systemctl('daemon-reload')
    await manager.systemctl('enable', UNIT_NAME)
    await manager.systemctl('restart', UNIT_NAME)
  } catch (error) {
    if (before === null) await removeService(service)
    throw new WindfallError('unavailable', `systemd could not start the agent: ${messageOf(error)}`, { cause: error })
  }
  return before === null ? 'installed' : 'changed'
}

/** Stops the service and takes away its unit, what enables it and what was changed about it. Returns what was removed. Errors: `conflict`, `storage.failed`. */
export async function removeService({ manager, file }: Service): Promise<string[]> {
  const known = requireOurs(file) !== null
  const changes = `${file}.d`
  const removed = [file, changes].filter((path) => existsSync(path))
  if (known) {
    // Waits until the agent has stopped its job and left. It fails for a unit that was never enabled.
    await isTrue(manager.systemctl('disable', '--now', UNIT_NAME))
    await isTrue(manager.systemctl('stop', UNIT_NAME))
  }
  try {
    for (const path of [file, `${file}.new`, changes]) rmSync(path, { recursive: true, force: true })
  } catch (error) {
    throw notWritable(file, error)
  }
  await isTrue(manager.systemctl('daemon-reload'))
  await isTrue(manager.systemctl('reset-failed', UNIT_NAME))
  return removed
}
