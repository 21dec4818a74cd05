import { EventEmitter } from 'node:events'
import { record } from './effects.ts'

interface Options {
  readonly title?: string
  readonly body?: string
}

/** Those that were shown, oldest first; a spec clicks on one by emitting `click`. */
export const shown: Notification[] = []

export class Notification extends EventEmitter {
  readonly title: string
  readonly body: string

  static isSupported(): boolean {
    return true
  }
  constructor({ title = '', body = '' }: Options = {}) {
    super()
    this.title = title
    this.body = body
  }
  show(): void {
    shown.push(this)
    record('Notification', { title: this.title, body: this.body })
    this.emit('show')
  }
  close(): void {
    this.emit('close')
  }
}
