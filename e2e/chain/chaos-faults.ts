import type { KyselyPlugin } from 'kysely'
import { lamports } from '../../shared/units.ts'
import type { Chain } from '../../main/chain/chain.ts'
import type { World } from './payout-world.ts'

/** The process is gone: nothing but the disk survives. */
export class Crash extends Error {}

const CRASH_BEFORE_CALL = 0.005
const CRASH_AFTER_CALL = 0.005
const CRASH_AT_STATEMENT = 0.003
const LIE_SLOTS = 25
const LIE_CHANCE = 0.3
/** How often a node still answers with the rent of another epoch, and how often with what it saw on a fork that dies. */
const STALE_RENT = 0.3
const FORKED = 0.02

export interface Faults {
  on: boolean
  /** The process has died: it does nothing more, whatever of it would go on. */
  isDead: boolean
  crashes: number
  sends: number
  lieFrom: number
}

/** Dies now and then, and stays dead until it is started again. */
function die(random: () => number, faults: Faults, chance: number): void {
  faults.isDead ||= faults.on && random() < chance
  if (faults.isDead) throw new Crash('killed')
}

/** Crashes before and after any call, and episodes in which the node has never heard of anything. */
export function unreliable(world: World, random: () => number, faults: Faults): Chain {
  const mayCrash = (chance: number) => die(random, faults, chance)
  const around =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      mayCrash(CRASH_BEFORE_CALL)
      const result = await call(...args)
      mayCrash(CRASH_AFTER_CALL)
      return result
    }
  const { chain, node } = world
  const slot = () => node.bank.progress.slot
  return {
    ...chain,
    latestBlockhash: around(chain.latestBlockhash),
    blockHeight: around(chain.blockHeight),
    simulate: around(chain.simulate),
    accountData: around(chain.accountData),
    historyOf: around(chain.historyOf),
    send: around(async (raw) => {
      faults.sends++
      try {
        return await chain.send(raw)
      } catch (error) {
        mayCrash(CRASH_AFTER_CALL)
        throw error
      }
    }),
    statuses: around(async (signatures) => {
      if (faults.on && slot() >= faults.lieFrom + 40 && random() < LIE_CHANCE) faults.lieFrom = slot()
      if (slot() < faults.lieFrom + LIE_SLOTS) return signatures.map(() => null)
      // A node on a fork that dies has seen what the others never will.
      return (await chain.statuses(signatures)).map((seen) =>
        seen === null && faults.on && random() < FORKED ? { slot: slot(), level: 'processed' as const, err: null } : seen,
      )
    }),
    minRent: around(async (bytes) => {
      const now = await chain.minRent(bytes)
      return faults.on && random() < STALE_RENT ? lamports((now * 5_080n) / 6_960n + 1n) : now
    }),
  }
}

/** Kills the process at any SQL statement, inside transactions too. */
export const crashingStatements = (random: () => number, faults: Faults): KyselyPlugin => ({
  transformQuery({ node }) {
    die(random, faults, CRASH_AT_STATEMENT)
    return node
  },
  transformResult: async ({ result }) => result,
})
