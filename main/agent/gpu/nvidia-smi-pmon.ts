export interface MonitoredProcess {
  readonly gpu: number
  readonly pid: number
  /** `C` computes, `G` draws, `C+G` both: on Windows every program with a window. */
  readonly type: string
  /** Share of the card's processors, percent; `null` if the driver does not tell. */
  readonly smPct: number | null
}

const LINE = /^\s*(\d{1,3})\s+(\d{1,10})\s+(C|G|C\+G)\s+(\d{1,3}|-)\s/

/** Reads `nvidia-smi pmon`. Lines that are no process (headers, a card without any) are left out. */
export const readPmon = (text: string): MonitoredProcess[] =>
  text.split(/\r?\n/).flatMap((line) => {
    const [, gpu, pid, type, sm] = LINE.exec(line) ?? []
    if (type === undefined) return []
    return [{ gpu: Number(gpu), pid: Number(pid), type, smPct: sm === '-' ? null : Number(sm) }]
  })
