import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { toBase58 } from '../../shared/domain/base58.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/log.ts'
import { generateKeyPem } from '../kernel/signing.ts'
import { type Bank, createBank, slotAt, tick } from './bank.ts'
import type { Chaos } from './chaos.ts'
import { FAUCET_LAMPORTS, createFaucet } from './faucet.ts'
import { closeServer, createRpcServer, listenOnPair } from './http-server.ts'
import { openJournal } from './journal.store.ts'
import { SYSTEM_PROGRAM } from './nonce.ts'
import { type Reply, createRpc } from './rpc.ts'
import { createSocketServer } from './socket-server.ts'
import { createSvm } from './svm.ts'

export interface NodeOptions {
  /** Journal file, or `:memory:`. */
  readonly file: string
  readonly clock: Clock
  readonly chaos?: Chaos
  /** Lamports per byte of account storage. */
  readonly rentPerByte?: bigint
  readonly confirmSlots?: number
  readonly finalSlots?: number
  readonly onInternalError?: (error: unknown) => void
}

/** A Solana node without sockets. */
export interface LocalNode extends Disposable {
  readonly bank: Bank
  readonly genesisHash: string
  /** One JSON-RPC request or batch, as parsed JSON. Rejects (`storage.failed`) once a slot could not be written. */
  readonly rpc: (body: unknown) => Promise<Reply | Reply[]>
  /** Lets one slot pass. */
  readonly tick: () => void
}

/**
 * Opens the chain kept in `file`, or starts a new one. Everything that was ever reported (balances, statuses, history,
 * slots) is on disk before it is reported and is there again after a crash. Errors: `storage.failed`, `storage.newer`.
 */
export function openNode({
  file,
  clock,
  chaos = {},
  rentPerByte = 5_080n,
  confirmSlots = 2,
  finalSlots = 32,
  onInternalError = () => {},
}: NodeOptions): LocalNode {
  const journal = openJournal(file)
  try {
    const genesisHash = journal.fact('genesis-hash', () => toBase58(randomBytes(32)))
    const faucet = createFaucet(journal.fact('faucet-key', generateKeyPem))
    // The rent of a chain is part of its rules: a replay under another one could end differently.
    const svm = createSvm({ rentPerByte: BigInt(journal.fact('rent-per-byte', () => String(rentPerByte))) })
    svm.setAccount(faucet.address, { lamports: FAUCET_LAMPORTS, data: new Uint8Array(), owner: SYSTEM_PROGRAM, executable: false })
    const bank = createBank({ svm, journal, genesisHash, confirmSlots, finalSlots, unixSeconds: () => Math.floor(clock.now() / 1000) })
    const answer = createRpc({ bank, faucet, chaos }, onInternalError)
    return { bank, genesisHash, ...whileSound(answer, () => tick(bank)), [Symbol.dispose]: () => journal[Symbol.dispose]() }
  } catch (error) {
    journal[Symbol.dispose]()
    throw error
  }
}

/** After a failed write memory is ahead of the disk, and what the disk does not have must not be told. */
function whileSound(answer: LocalNode['rpc'], nextSlot: () => void): Pick<LocalNode, 'rpc' | 'tick'> {
  let isSound = true
  return {
    async rpc(body) {
      if (!isSound)
        throw new WindfallError(
          'storage.failed',
          'The local chain could not be written to disk and has stopped. Check that the disk is not full, then start again.',
        )
      return answer(body)
    },
    tick() {
      isSound = false
      nextSlot()
      isSound = true
    },
  }
}

export interface LocalnetOptions extends Omit<NodeOptions, 'onInternalError'> {
  /** HTTP port; the WebSocket gets the next one. 0 finds a free pair. */
  readonly port: number
  readonly slotMs: number
  readonly log: Logger
}

export interface Localnet extends AsyncDisposable {
  readonly url: string
  readonly wsUrl: string
  readonly genesisHash: string
  readonly node: LocalNode
  /** One slot, subscribers included. */
  readonly tick: () => void
  /** Lets slots pass every `slotMs` until `signal` aborts. Rejects (`storage.failed`) if a slot cannot be written to disk. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

async function runSlots({ clock, slotMs }: LocalnetOptions, nextSlot: () => void, signal: AbortSignal): Promise<void> {
  while (await clock.sleep(slotMs, signal)) {
    try {
      nextSlot()
    } catch (error) {
      throw new WindfallError(
        'storage.failed',
        `The local chain cannot be written to disk and has stopped: ${messageOf(error)}. Check that the disk is not full.`,
        { cause: error },
      )
    }
  }
}

/** A Solana JSON-RPC and WebSocket node on the loopback interface. Errors: `config.invalid` if the port is taken, and those of {@link openNode}. */
export async function startLocalnet(options: LocalnetOptions): Promise<Localnet> {
  const node = openNode({ ...options, onInternalError: (error) => options.log.error({ err: error }, 'local chain: a request failed') })
  const http = createRpcServer(node.rpc, options.chaos ?? {})
  const socketHttp = createServer()
  const sockets = createSocketServer(socketHttp, node.bank)
  const close = async () => {
    sockets[Symbol.dispose]()
    await Promise.all([closeServer(http), closeServer(socketHttp)])
    node[Symbol.dispose]()
  }
  try {
    const port = await listenOnPair(http, socketHttp, options.port)
    options.log.info({ port, slot: slotAt(node.bank, 'processed'), genesisHash: node.genesisHash }, 'local Solana chain is up')
    const nextSlot = () => {
      node.tick()
      sockets.publish()
    }
    return {
      url: `http://127.0.0.1:${port}`,
      wsUrl: `ws://127.0.0.1:${port + 1}`,
      genesisHash: node.genesisHash,
      node,
      tick: nextSlot,
      run: (signal) => runSlots(options, nextSlot, signal),
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw new WindfallError('config.invalid', `The local chain cannot listen on ports ${options.port} and ${options.port + 1}. Choose another port.`, {
      cause: error,
    })
  }
}
