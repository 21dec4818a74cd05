/** What graphics cards draw, by family: idle as captures of `nvidia-smi` show it, at most what their makers state. Watts. */

export interface CardFamily {
  /** By which results of the same cards are compared. */
  readonly id: string
  /** The least that was seen of such a card with nothing to do; `null`: no capture of one is known. */
  readonly idleW: number | null
  /** Power of the whole board as its maker states it. */
  readonly boardW: number
  /** Where the two come from. */
  readonly source: string
}

/** The same card of another maker may be given more: of those captured, 350 W for 250 W is the most. Beyond it, such a card is not known to go. */
const PARTNER_FACTOR = 1.4
/** A card without a screen rests deeper than the one that was captured with a screen. */
const IDLE_SHARE = 0.5

const NVIDIA = 'total graphics power on the product pages of NVIDIA'
const DATA_CENTRE = 'maximum power in the data sheets of NVIDIA'
const AMD = 'total board power on the product pages of AMD'
const INTEL = 'total board power on the product pages of Intel'
/** MIT-licensed captures of real cards: utkuozdemir/nvidia_gpu_exporter `internal/captures`, influxdata/telegraf `plugins/inputs/nvidia_smi/testdata`. */
const CAPTURED = 'idle in a published capture of nvidia-smi'

type Row = readonly [models: string, boardW: number, idleW?: number]

/** Models in a row are one family: the same chip at the same power. */
const FAMILIES: readonly (readonly [source: string, rows: readonly Row[]])[] = [
  [
    NVIDIA,
    [
      ['rtx 5090', 575],
      ['rtx 5080', 360],
      ['rtx 5070 ti', 300],
      ['rtx 5070', 250],
      ['rtx 4090', 450],
      ['rtx 4080 super, rtx 4080', 320, 26.2],
      ['rtx 4070 ti super, rtx 4070 ti', 285],
      ['rtx 4070 super', 220],
      ['rtx 4070', 200],
      ['rtx 4060 ti', 165],
      ['rtx 4060', 115],
      ['rtx 3090 ti', 450],
      ['rtx 3090', 350],
      ['rtx 3080 ti', 350],
      // The one with 12 GB, which has the same name.
      ['rtx 3080', 350],
      ['rtx 3070 ti', 290],
      ['rtx 3070', 220],
      ['rtx 3060 ti', 200],
      ['rtx 3060', 170, 11.6],
      ['rtx 3050', 130],
      ['rtx 2080 ti', 260],
      ['rtx 2080 super', 250, 38.9],
      ['rtx 2080', 225],
      ['rtx 2070 super', 215],
      ['rtx 2070', 185],
      ['rtx 2060 super', 175],
      ['rtx 2060', 160],
      ['gtx 1080 ti', 250],
      ['gtx 1080, gtx 1070 ti', 180],
      ['gtx 1070', 150],
      ['gtx 1060', 120],
    ],
  ],
  [
    DATA_CENTRE,
    [
      ['h200', 700, 77.7],
      ['h100 80gb hbm3', 700, 69.8],
      ['h100 pcie', 350],
      ['a100-sxm4-80gb, a100-sxm4-40gb', 400, 67],
      ['a100 80gb pcie, a100-pcie-80gb', 300],
      ['a100-pcie-40gb', 250],
      ['v100-sxm2-16gb, v100-sxm2-32gb', 300],
      ['v100-pcie-16gb, v100-pcie-32gb', 250],
      ['l40s', 350],
      ['l40', 300],
      ['l4', 72],
      ['t4', 70, 26.7],
      ['rtx 6000 ada generation', 300],
      ['rtx a6000', 300],
      ['rtx a5000', 230],
      ['rtx a4000', 140],
    ],
  ],
  [
    AMD,
    [
      ['rx 7900 xtx', 355],
      ['rx 7900 xt', 315],
      ['rx 7800 xt', 263],
      ['rx 7700 xt', 245],
      ['rx 7600', 165],
      ['rx 6950 xt', 335],
      ['rx 6900 xt, rx 6800 xt', 300],
      ['rx 6800', 250],
      ['rx 6700 xt', 230],
      ['rx 6600 xt', 160],
      ['rx 6600', 132],
    ],
  ],
  [
    INTEL,
    [
      ['arc a770, arc a750', 225],
      ['arc b580', 190],
    ],
  ],
]

const BRANDS = /\b(?:nvidia|geforce|quadro|tesla|amd|radeon|intel)\b|\((?:r|tm)\)|\bgraphics\b/g

/** The model as cards of every maker say it: `NVIDIA GeForce RTX 4080` and `RTX 4080` are one. A laptop's card is another one, which nothing is known of. */
export const modelOf = (name: string): string => name.toLowerCase().replace(BRANDS, ' ').replace(/\s+/g, ' ').trim()

const byModel: ReadonlyMap<string, CardFamily> = new Map(
  FAMILIES.flatMap(([source, rows]) =>
    rows.flatMap(([models, boardW, idleW = null]) => {
      const names = models.split(', ')
      const family: CardFamily = { id: names[0] ?? models, boardW, idleW, source: idleW === null ? source : `${source}; ${CAPTURED}` }
      return names.map((name) => [name, family] as const)
    }),
  ),
)

/** `null` for a card that is not in the table. */
export const familyOf = (name: string): CardFamily | null => byModel.get(modelOf(name)) ?? null

interface Drawing {
  readonly kind: 'gpu' | 'cpu'
  readonly name: string
  readonly powerLimitW: number
}

/** Watts between which devices together are known to draw while something runs on them; what nothing is known of may draw from nothing to its own limit. */
export function knownDraw(devices: readonly Drawing[]): { readonly leastW: number; readonly mostW: number } {
  let [leastW, mostW] = [0, 0]
  for (const { kind, name, powerLimitW } of devices) {
    const family = kind === 'gpu' ? familyOf(name) : null
    leastW += (family?.idleW ?? 0) * IDLE_SHARE
    mostW += family ? family.boardW * PARTNER_FACTOR : powerLimitW
  }
  return { leastW, mostW }
}
