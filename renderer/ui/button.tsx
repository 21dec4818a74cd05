import type { ButtonHTMLAttributes, Ref } from 'react'
import { cx } from '../lib/cx.ts'
import css from './button.module.css'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'primary' | 'plain' | 'quiet'
  readonly ref?: Ref<HTMLButtonElement>
}

export const Button = ({ look = 'plain', className, ...rest }: ButtonProps) => (
  <button type="button" {...rest} className={cx(css['button'], css[look], className)} />
)
