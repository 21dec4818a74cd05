import { useEffect, useRef, useState } from 'react'
import { messageOf } from '../../../../shared/errors.ts'
import { Button } from '../../../ui/button.tsx'
import { FileField } from '../../../ui/file-field.tsx'
import { useServices } from '../../services.ts'
import { sha256OfBytes } from '../sha256.ts'
import css from './submit.module.css'

/** As much as the coordinator takes. */
const MAX_MODULE_BYTES = 67_108_864
/** WebAssembly Core Specification §5.5.16: magic and version. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/** Why a file is no module; `null` if it looks like one. */
function notModule(bytes: Uint8Array): string | null {
  if (bytes.length > MAX_MODULE_BYTES) return 'A module has at most 64 MiB.'
  return MAGIC.every((byte, index) => bytes[index] === byte)
    ? null
    : 'This file is no WebAssembly module: it does not begin like one. What a compiler makes ends with .wasm.'
}

type State =
  | { readonly is: 'idle' }
  | { readonly is: 'busy'; readonly doing: string; readonly done: number; readonly of: number }
  | { readonly is: 'there'; readonly name: string }
  | { readonly is: 'refused'; readonly message: string }

interface ModuleUploadProps {
  /** Of the module that the job runs; empty for none. */
  readonly digest: string
  readonly isMissing: boolean
  readonly change: (digest: string) => void
}

/** Hashes a module in this browser and puts it where the machines find it. */
function useModule(change: (digest: string) => void) {
  const { upload } = useServices()
  const [state, setState] = useState<State>({ is: 'idle' })
  const running = useRef<AbortController | null>(null)
  // The draft is written on while a module is on its way: what it is put into is the draft as it is then.
  const latest = useRef(change)
  useEffect(() => void (latest.current = change))
  useEffect(() => () => running.current?.abort(), [])
  const take = async (file: File) => {
    running.current?.abort()
    const { signal } = (running.current = new AbortController())
    const tell = (doing: string) => (done: number) => signal.aborted || setState({ is: 'busy', doing, done, of: file.size })
    try {
      if (file.size > MAX_MODULE_BYTES) throw new Error('A module has at most 64 MiB.')
      const bytes = new Uint8Array(await file.arrayBuffer())
      const wrong = notModule(bytes)
      if (wrong !== null) throw new Error(wrong)
      const hashed = `sha256:${await sha256OfBytes(bytes, tell('Hashing'))}`
      if (signal.aborted) throw new Error('Stopped. Nothing was uploaded.')
      await upload({ digest: hashed, bytes, onProgress: tell('Uploading'), signal })
      if (signal.aborted) return
      setState({ is: 'there', name: file.name })
      latest.current(hashed)
    } catch (error) {
      if (running.current?.signal === signal) setState({ is: 'refused', message: messageOf(error) })
    }
  }
  return { state, take, stop: () => running.current?.abort() }
}

/** What runs in the sandbox, chosen and uploaded here. */
export function ModuleUpload({ digest, isMissing, change }: ModuleUploadProps) {
  const { state, take, stop } = useModule(change)
  return (
    <div className={css['row']}>
      <span>Module</span>
      <span className={css['line']}>
        <FileField label={digest === '' ? 'Choose a .wasm file' : 'Choose another one'} accept=".wasm,application/wasm" onFile={(file) => void take(file)} />
        {state.is === 'busy' ? (
          <>
            <progress value={state.done} max={state.of} aria-label={state.doing} />
            <Button look="quiet" onClick={stop}>
              Stop
            </Button>
          </>
        ) : null}
      </span>
      <output>{said(state)}</output>
      {digest === '' ? null : (
        <small>
          <code>{digest}</code>
        </small>
      )}
      {state.is === 'refused' ? (
        <p className={css['problem']} role="alert">
          {state.message}
        </p>
      ) : isMissing && state.is === 'idle' ? (
        <p className={css['problem']}>
          Choose what the job runs. It is uploaded now, and runs once you submit. None at hand: <code>windfall job run --sample wasm</code> brings one.
        </p>
      ) : null}
    </div>
  )
}

const said = (state: State): string => {
  if (state.is === 'busy') return `${state.doing}, ${Math.floor((100 * state.done) / Math.max(1, state.of))}%`
  return state.is === 'there' ? `${state.name} is uploaded.` : ''
}
