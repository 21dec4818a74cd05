import { t } from '../../shared/i18n/translate.ts'
import { cx } from '../lib/cx.ts'
import button from './button.module.css'
import css from './file-field.module.css'

interface FileFieldProps {
  readonly label: string
  readonly accept: string
  readonly onFile: (file: File) => void
}

/** A button that opens the browser's file dialogue. What was chosen is shown by whoever asks. */
export const FileField = ({ label, accept, onFile }: FileFieldProps) => (
  <label className={cx(button['button'], button['plain'], css['choose'])}>
    {label}
    <input
      className="sr-only"
      type="file"
      accept={accept}
      onChange={({ currentTarget }) => {
        const [file] = currentTarget.files ?? []
        if (file) onFile(file)
        // So that the same file, changed in the meantime, can be chosen again.
        currentTarget.value = ''
      }}
    />
  </label>
)

interface FileDropProps {
  /** The file that is there; `null` for none. */
  readonly name: string | null
  readonly accept: string
  readonly onFile: (file: File) => void
}

/** The receipt file that is looked at, and the way to another one. The page takes what is dropped on it. */
export const FileDrop = ({ name, accept, onFile }: FileDropProps) => (
  <div className={css['drop']}>
    <output>{name === null ? t('Drop a .wfreceipt file anywhere on this page, or choose one.') : <strong>{name}</strong>}</output>
    <FileField label={name === null ? t('Choose a receipt') : t('Choose another receipt')} accept={accept} onFile={onFile} />
  </div>
)
