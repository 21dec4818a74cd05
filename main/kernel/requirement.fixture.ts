import { appendFileSync } from 'node:fs'

/**
 * What tests need and this machine lacks: says so once per run, and throws instead where `WINDFALL_REQUIRE_ALL` says that nothing may be
 * skipped. Returns the reason.
 */
export function skipFor(what: string, reason: string): string {
  const line = `${what}: ${reason}`
  if (process.env['WINDFALL_REQUIRE_ALL']) throw new Error(line)
  const list = process.env['WINDFALL_SKIPPED']
  if (list) appendFileSync(list, `${line}\n`)
  else process.stderr.write(`SKIPPED ${line}\n`)
  return reason
}
