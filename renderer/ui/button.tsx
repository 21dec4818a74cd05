import type { ButtonHTMLAttributes, Ref } from 'react'
import { cx } from '../lib/cx.ts'
import css from './button.module.css'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'primary' | 'plain' | 'quiet'
  /** It can do nothing now, but stays where the keyboard finds it, unlike one that is disabled. */
  readonly unavailable?: boolean
  readonly ref?: Ref<HTMLButtonElement>
}

export const Button = ({ look = 'plain', unavailable = false, className, ...rest }: ButtonProps) => (
  <button
    type="button"
    {...rest}
    {...(unavailable ? { 'aria-disabled': true } : {})}
    className={cx(css['button'], css[look], unavailable && css['unavailable'], className)}
  />
)
