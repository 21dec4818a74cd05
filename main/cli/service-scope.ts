import { type Command } from 'commander'
import { WindfallError } from '../../shared/errors.ts'
import type { Service } from './service.ts'
import { findServiceManager, unitFile } from './service-place.ts'
import type { Scope } from './systemd.ts'

export interface ScopeOptions {
  readonly user?: boolean
  readonly system?: boolean
}

export const scopeOptions = (command: Command): Command =>
  command.option('--user', 'a service of this user (the default)').option('--system', 'a service of the machine, which needs nobody to log in; with sudo')

/** Error: `input.invalid` if both were asked for. */
export function scopeOf({ user, system }: ScopeOptions): Scope {
  if (user && system) throw new WindfallError('input.invalid', 'Give --user or --system, not both.')
  return system ? 'system' : 'user'
}

/** The service of this scope, installed or not. Errors: `unavailable`, `input.invalid`. */
export async function findService(options: ScopeOptions): Promise<Service> {
  const scope = scopeOf(options)
  return { manager: await findServiceManager(scope), file: unitFile(scope, process.env) }
}
