import { join } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../../kernel/clock.ts'
import { announce } from '../../kernel/instance-file.ts'
import { holdDirectory } from '../../kernel/instance-lock.ts'
import { createLogger } from '../../kernel/log.ts'
import { startLocalnet } from '../../localnet/localnet.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, port, wholeNumber } from '../command.ts'
import { stopOnSignals } from '../running.ts'

export const LOCALNET_SLOT_MS = 200
export const localnetFile = (dataDirectory: string): string => join(dataDirectory, 'localnet.sqlite')

/** `windfall localnet`: a Solana node for experiments; `up` starts one of its own. */
export const localnetCommand = (): Command =>
  action<CommonOptions & { port: number; slotMs: number }>(
    createCommand('localnet', 'run a local Solana node (LiteSVM behind JSON-RPC): a test network, its coins are worth nothing')
      .option('--port <port>', 'JSON-RPC port, the WebSocket gets the next one; 0 finds a free pair', port, 8899)
      .option('--slot-ms <ms>', 'milliseconds per slot', wholeNumber(1, 60_000), LOCALNET_SLOT_MS),
    async (options, output) => {
      const dataDirectory = dataDirectoryOf(options)
      using _lock = holdDirectory(dataDirectory, 'localnet')
      using stop = stopOnSignals(output.progress)
      await using node = await startLocalnet({
        file: localnetFile(dataDirectory),
        port: options.port,
        slotMs: options.slotMs,
        clock: systemClock,
        log: createLogger('localnet', 'warn'),
      })
      announce(dataDirectory, { chain: { rpcUrl: node.url, cluster: 'localnet' } })
      output.answer({ rpcUrl: node.url, wsUrl: node.wsUrl, genesisHash: node.genesisHash }, () => [`JSON-RPC ${node.url}, WebSocket ${node.wsUrl}`])
      await node.run(stop.signal)
    },
  )
