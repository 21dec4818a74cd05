import { useId } from 'react'
import field from '../../../ui/field.module.css'
import { ModuleUpload } from './module-upload.tsx'
import { type Problem, type Raw, textOf, valueAt } from './read-draft.ts'
import css from './submit.module.css'

interface RuntimeFieldsProps {
  readonly raw: Raw
  readonly problems: readonly Problem[]
  readonly change: (runtime: Raw) => void
}

const DIGEST = /@(sha256:[0-9a-f]{64})$/

/** A container image by a reference that is pinned by its digest, which is what proves it. */
const containerOf = (reference: string): Raw => ({
  name: 'docker',
  image: DIGEST.exec(reference.trim())?.[1] ?? '',
  archive: null,
  reference: reference.trim(),
})

/** What runs: a container image by its digest, or a module that is uploaded here. */
export function RuntimeFields({ raw, problems, change }: RuntimeFieldsProps) {
  const id = useId()
  const name = valueAt(raw, 'runtime.name')
  const wrong = problems.filter(({ path }) => path === 'runtime' || path.startsWith('runtime.'))
  return (
    <>
      <div className={css['row']}>
        <label htmlFor={id}>Runs in</label>
        <select
          id={id}
          className={field['field']}
          value={name === 'docker' ? 'docker' : 'wasm'}
          onChange={(event) => change(event.target.value === 'docker' ? containerOf('') : { name: 'wasm' })}
        >
          <option value="wasm">WebAssembly sandbox</option>
          <option value="docker">Container</option>
        </select>
      </div>
      {name === 'docker' ? (
        <Reference raw={raw} isWrong={wrong.length > 0} change={change} />
      ) : (
        <ModuleUpload
          digest={textOf(valueAt(raw, 'runtime.archive'))}
          isMissing={wrong.length > 0}
          change={(digest) => change({ name: 'wasm', image: digest, archive: digest })}
        />
      )}
    </>
  )
}

function Reference({ raw, isWrong, change }: { readonly raw: Raw; readonly isWrong: boolean; readonly change: (runtime: Raw) => void }) {
  const id = useId()
  const archive = valueAt(raw, 'runtime.archive')
  if (typeof archive === 'string')
    return (
      <p className={css['row']}>
        <span>Image</span>
        <small>
          A file that was uploaded before: <code>{archive}</code>
        </small>
      </p>
    )
  return (
    <div className={css['row']}>
      <label htmlFor={id}>Image</label>
      <input
        id={id}
        className={field['field']}
        type="text"
        autoComplete="off"
        spellCheck={false}
        placeholder="registry/name@sha256:…"
        aria-invalid={isWrong}
        aria-describedby={`${id}-hint`}
        value={textOf(valueAt(raw, 'runtime.reference') ?? '')}
        onChange={(event) => change(containerOf(event.target.value))}
      />
      <small id={`${id}-hint`}>With its digest, so that every machine runs the same: docker images --digests says it.</small>
      {isWrong ? <p className={css['problem']}>An image ends with @sha256: and 64 hexadecimal digits.</p> : null}
    </div>
  )
}
