import { spawn } from 'node:child_process'
import { join } from 'node:path'

const ENTRY = join(import.meta.dirname, '..', '..', 'main', 'cli', 'windfall.mjs')

export interface FinishedRun {
  readonly receipt: { readonly id: string; readonly verified: boolean }
}

/** Does one whole job on a fresh data directory, as `npm start -- --once --json` does. Rejects with what it printed. */
export function finishRun(dataDirectory: string): Promise<FinishedRun> {
  const child = spawn(process.execPath, [ENTRY, 'up', '--once', '--json', '--data', dataDirectory], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [answer, progress] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => void (answer += chunk.toString('utf8')))
  child.stderr.on('data', (chunk: Buffer) => void (progress += chunk.toString('utf8')))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(answer.trim().split('\n').at(-1) ?? '') as FinishedRun)
      else reject(new Error(`the run ended with ${code}\n${progress}\n${answer}`))
    })
  })
}
