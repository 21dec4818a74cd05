import { rename } from 'node:fs/promises'
import { messageOf } from '../../../shared/errors.ts'
import type { UpdateFailure } from './failures.ts'
import type { Installer } from './installer.ts'
import type { Offer } from './update-machine.ts'
import { type HeldFile, holdFile } from './verified-file.ts'

/** A verified file in the hands of the installer. */
export interface Taken {
  /**
   * Verifies the very file once more and has it installed, which ends the program. `onFailed` is called if that cannot be, and the
   * program still runs.
   */
  readonly install: (onFailed: (error: unknown) => void) => Promise<void>
  /** Puts the file back where it was fetched to. */
  readonly giveUp: () => Promise<void>
}

/** Takes a fetched file aside, verifies it there, and has the installer made ready for it, and for no other. Never rejects. */
export async function takeOver(offer: Offer, file: string, installer: Installer): Promise<Taken | UpdateFailure> {
  try {
    const held = await holdFile(file, await installer.place(offer), offer.artefact)
    if (held) return await prepare(offer, { file, held, installer })
    await installer.clear()
    return { why: 'hash' }
  } catch (error) {
    await installer.clear().catch(() => undefined)
    return { why: 'installer', detail: messageOf(error).slice(0, 120) }
  }
}

interface Taking {
  readonly file: string
  readonly held: HeldFile
  readonly installer: Installer
}

async function prepare(offer: Offer, { file, held, installer }: Taking): Promise<Taken> {
  try {
    await installer.prepare(held.path, offer)
  } catch (error) {
    await held.close()
    throw error
  }
  return {
    install: async (onFailed) => {
      const isGood = await held.verify()
      // Nothing of ours runs between the last look at the file and the call of the installer.
      if (isGood && held.isUntouched()) installer.install(onFailed)
      else onFailed(new Error('the file was changed after it had been verified'))
      await held.close()
    },
    giveUp: async () => {
      await held.close()
      await rename(held.path, file).catch(() => undefined)
      await installer.clear()
    },
  }
}
