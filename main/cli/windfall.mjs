#!/usr/bin/env node
// Plain JavaScript that any Node can read: it finds a Node new enough for the rest and hands over to it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FLOOR = 24
const major = Number(process.versions.node.split('.')[0])

/** The Node that ships with Windfall's own packages: better-sqlite3 crashes on versions below 22. */
function bundledNode() {
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const path = fileURLToPath(new URL(`../../node_modules/node/bin/${file}`, import.meta.url))
  return existsSync(path) ? path : null
}

function reexecute(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`windfall: the bundled Node could not be started (${error.message}). Run npm ci again, or install Node ${FLOOR}.\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
  })
}

/** What a command was compiled to is kept for the next one, which then starts in two thirds of the time. A folder that cannot be written to costs only that. */
async function keepCompiled() {
  const { enableCompileCache } = await import('node:module')
  if (!process.env.NODE_COMPILE_CACHE) enableCompileCache(fileURLToPath(new URL('../../.cache/compiled', import.meta.url)))
}

/** Whoever reads along may have read enough, as `head` does: the command ends as if it were told to. */
function endWithReader() {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error
      process.kill(process.pid, 'SIGTERM')
    })
}

if (major >= FLOOR) {
  endWithReader()
  await keepCompiled()
  const { main } = await import('./index.ts')
  await main(process.argv)
} else {
  const node = bundledNode()
  if (node) reexecute(node)
  else {
    process.stderr.write(
      `windfall: needs Node ${FLOOR} or newer, this is ${process.versions.node}. Run npm ci in this folder (it brings its own), or install Node ${FLOOR}.\n`,
    )
    process.exitCode = 1
  }
}
