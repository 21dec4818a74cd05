import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the program does for each of its uses, as lines of shell. */
export interface FakeSmiScript {
  /** `-q -x` */
  readonly report?: string
  /** `--query-gpu=… -lms …` */
  readonly stream?: string
  /** `--query-compute-apps=…` */
  readonly apps?: string
  readonly pmon?: string
}

export interface FakeSmi extends Disposable {
  /** Folder of the program, to be put on the search path. */
  readonly folder: string
  readonly path: string
  readonly play: (script: FakeSmiScript) => void
  /** Every command line so far. */
  readonly calls: () => string[]
}

const SCRIPT = `#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/calls"
case "$1" in
  -q) . "$here/report" ;;
  --query-gpu=*) . "$here/stream" ;;
  --query-compute-apps=*) . "$here/apps" ;;
  pmon) . "$here/pmon" ;;
esac
`
const FAILS = 'exit 9'

/** A program called `nvidia-smi` that does what a test says. */
export function createFakeSmi(script: FakeSmiScript = {}): FakeSmi {
  const folder = mkdtempSync(join(tmpdir(), 'fake-smi-'))
  const path = join(folder, 'nvidia-smi')
  const calls = join(folder, 'calls')
  writeFileSync(path, SCRIPT)
  chmodSync(path, 0o755)
  const play = ({ report = FAILS, stream = FAILS, apps = '', pmon = FAILS }: FakeSmiScript) => {
    for (const [name, lines] of Object.entries({ report, stream, apps, pmon })) writeFileSync(join(folder, name), `${lines}\n`)
  }
  play(script)
  return {
    folder,
    path,
    play,
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A real report or table, by its file name. */
export const capturePath = (name: string): string => join(import.meta.dirname, 'fixtures', 'nvidia-smi', name)
export const readCapture = (name: string): string => readFileSync(capturePath(name), 'utf8')
