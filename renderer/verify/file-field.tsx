import { cx } from '../lib/cx.ts'
import button from '../ui/button.module.css'
import css from './verify.module.css'

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
