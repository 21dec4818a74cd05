import { execFile } from 'node:child_process'

const NAME = 'org.kde.StatusNotifierWatcher'
const BUS = 'org.freedesktop.DBus'
const TIMEOUT_MS = 1_500

/** The same question for the two command line clients of D-Bus, whichever is installed. */
const QUESTIONS: readonly (readonly [string, ...string[]])[] = [
  ['gdbus', 'call', '--session', '--dest', BUS, '--object-path', '/org/freedesktop/DBus', '--method', `${BUS}.NameHasOwner`, NAME],
  ['dbus-send', '--session', '--print-reply=literal', `--dest=${BUS}`, '/org/freedesktop/DBus', `${BUS}.NameHasOwner`, `string:${NAME}`],
]

/** Runs a program and resolves with its output, or `null` when it is missing or fails. */
export type Ask = (command: readonly [string, ...string[]]) => Promise<string | null>

/**
 * Is there anything that would show a tray icon? Windows and macOS always have one; on Linux a desktop must own the
 * StatusNotifierItem watcher name (freedesktop specification). When nobody can tell, the answer is no.
 */
export async function hasTrayHost(platform: NodeJS.Platform, ask: Ask = askProgram): Promise<boolean> {
  if (platform !== 'linux') return true
  for (const question of QUESTIONS) {
    const answer = await ask(question)
    if (answer !== null) return /\btrue\b/.test(answer)
  }
  return false
}

const askProgram: Ask = ([file, ...args]) =>
  new Promise((resolve) => {
    execFile(file, args, { timeout: TIMEOUT_MS }, (error, stdout) => resolve(error ? null : stdout))
  })
