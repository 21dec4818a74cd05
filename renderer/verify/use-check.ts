import { useEffect, useState } from 'react'
import { keyIdOf, type VerifyPort } from '../../shared/domain/keys.ts'
import { readPinnedKeys } from '../../shared/domain/pinned-keys.ts'
import type { WindowClock } from '../lib/clock.ts'
import { type Checked, checkFile } from './check-file.ts'

export interface Cryptography {
  readonly port: Promise<VerifyPort>
  readonly clock: Pick<WindowClock, 'now'>
}

interface FileCheck {
  /** `null` while it runs; text if the file is none that can be checked. */
  readonly result: Checked | string | null
  /** Epoch milliseconds of the result. */
  readonly at: number | null
}

const RUNNING: FileCheck = { result: null, at: null }

async function check(file: Blob, keyText: string, port: VerifyPort): Promise<Checked | string> {
  const keys = readPinnedKeys(keyText) ?? []
  const pinnedKeys = await Promise.all(keys.map((jwk) => keyIdOf(jwk, port.sha256)))
  return checkFile(file, { pinnedKeys, crypto: port })
}

/** Checks the file anew whenever it or the trusted key is another one. What was found of an earlier one never shows under a later one. */
export function useFileCheck(file: File | null, keyText: string, { port, clock }: Cryptography): FileCheck {
  const [found, setFound] = useState<FileCheck & { readonly of: readonly unknown[] }>({ ...RUNNING, of: [] })
  useEffect(() => {
    let isWanted = true
    const run = async () => {
      if (file === null) return
      const result = await check(file, keyText, await port)
      if (isWanted) setFound({ result, at: clock.now(), of: [file, keyText] })
    }
    void run()
    return () => {
      isWanted = false
    }
  }, [file, keyText, port, clock])
  return found.of[0] === file && found.of[1] === keyText ? found : RUNNING
}
