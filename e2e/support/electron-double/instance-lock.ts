import { mkdirSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type SecondInstance = (argv: readonly string[], workingDirectory: string, additionalData: unknown) => void

const LOCK = 'SingletonLock'
const MESSAGE = /^second-\d+\.json$/

/** One instance per `userData` folder, across processes. Returns the release, or `null` after telling the first instance about this one. */
export function acquireInstanceLock(directory: string, additionalData: unknown, onSecond: SecondInstance): (() => void) | null {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, LOCK)
  if (!create(file)) {
    if (isAlive(Number(readFileSync(file, 'utf8')))) {
      writeFileSync(join(directory, `second-${process.pid}.json`), JSON.stringify({ argv: process.argv, directory: process.cwd(), additionalData }))
      return null
    }
    rmSync(file)
    create(file)
  }
  const watcher = watch(directory, () => deliver(directory, onSecond)).unref()
  return () => {
    watcher.close()
    rmSync(file, { force: true })
  }
}

function create(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function deliver(directory: string, onSecond: SecondInstance): void {
  for (const name of readdirSync(directory).filter((name) => MESSAGE.test(name))) {
    try {
      const message = JSON.parse(readFileSync(join(directory, name), 'utf8')) as { argv: string[]; directory: string; additionalData: unknown }
      rmSync(join(directory, name))
      onSecond(message.argv, message.directory, message.additionalData)
    } catch {
      // Half written: the next change event finds it whole.
    }
  }
}
