import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../main/kernel/free-port.fixture.ts'
import type { RedisProgram } from './install.ts'

/** A Redis that answers after its log is on disk, on a free port. */
export async function startRedis({ file, environment }: RedisProgram): Promise<AsyncDisposable & { readonly port: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-redis-'))
  const port = await freePort()
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction']
  const child: ChildProcess = spawn(file, ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory, ...durable], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], ...environment },
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()))
  await untilListening(port)
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      }).once('error', () => resolve(false))
    })
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('Redis does not start.')
}
