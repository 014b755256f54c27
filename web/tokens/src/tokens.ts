// The one set of names, twice. LOOKS: 4 px grid, a slightly cool neutral in eleven steps, one brand hue, amber for notes,
// green for online, red for failure. tokens.css says the same for whoever wants a stylesheet; a test keeps them equal.

export const sizes = {
  '--wk-font':
    'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif',
  '--wk-text': '14px',
  '--wk-text-list': '13px',
  '--wk-text-meta': '12px',
  '--wk-text-title': '16px',
  '--wk-text-title-large': '20px',
  '--wk-radius-control': '6px',
  '--wk-radius-card': '10px',
  '--wk-radius-bubble': '14px',
  '--wk-motion': '160ms',
} as const

export const light = {
  '--wk-n0': '#ffffff',
  '--wk-n1': '#f7f8fa',
  '--wk-n2': '#eff1f4',
  '--wk-n3': '#e4e7ec',
  '--wk-n4': '#d3d8e0',
  '--wk-n5': '#a9b1bd',
  '--wk-n6': '#7c8694',
  '--wk-n7': '#5b6573',
  '--wk-n8': '#414a57',
  '--wk-n9': '#2a313c',
  '--wk-n10': '#151a21',
  '--wk-surface': '#ffffff',
  '--wk-surface-sunken': '#f7f8fa',
  '--wk-surface-raised': '#ffffff',
  '--wk-border': '#e4e7ec',
  '--wk-ink': '#151a21',
  '--wk-ink-quiet': '#5b6573',
  '--wk-bubble': '#eff1f4',
  '--wk-bubble-ink': '#151a21',
  '--wk-note': '#fef6dc',
  '--wk-note-ink': '#6b4700',
  '--wk-note-border': '#f0d58a',
  '--wk-online': '#16a34a',
  '--wk-busy': '#b45309',
  '--wk-danger': '#c81e1e',
  '--wk-danger-soft': '#fdecec',
  '--wk-warning': '#8a5a00',
  '--wk-warning-soft': '#fff4d6',
  '--wk-success': '#157a3a',
  '--wk-success-soft': '#e7f6ec',
  '--wk-shadow': '0 12px 40px rgba(16, 24, 40, 0.18), 0 2px 6px rgba(16, 24, 40, 0.08)',
} as const

export type ThemeTokens = { readonly [name in keyof typeof light]: string }

export const dark: ThemeTokens = {
  '--wk-n0': '#181b21',
  '--wk-n1': '#1e2229',
  '--wk-n2': '#262b33',
  '--wk-n3': '#303641',
  '--wk-n4': '#3d4451',
  '--wk-n5': '#5a6371',
  '--wk-n6': '#7f8997',
  '--wk-n7': '#a4adb9',
  '--wk-n8': '#c3cad3',
  '--wk-n9': '#dfe3e8',
  '--wk-n10': '#f3f5f7',
  '--wk-surface': '#181b21',
  '--wk-surface-sunken': '#121419',
  '--wk-surface-raised': '#1e2229',
  '--wk-border': '#303641',
  '--wk-ink': '#f3f5f7',
  '--wk-ink-quiet': '#a4adb9',
  '--wk-bubble': '#262b33',
  '--wk-bubble-ink': '#f3f5f7',
  '--wk-note': '#38300f',
  '--wk-note-ink': '#f5dc8f',
  '--wk-note-border': '#5e5120',
  '--wk-online': '#34c76b',
  '--wk-busy': '#e8a33d',
  '--wk-danger': '#ff8a80',
  '--wk-danger-soft': '#3a1d1d',
  '--wk-warning': '#f2c14e',
  '--wk-warning-soft': '#352b10',
  '--wk-success': '#5fd68b',
  '--wk-success-soft': '#14301f',
  '--wk-shadow': '0 12px 40px rgba(0, 0, 0, 0.55), 0 2px 6px rgba(0, 0, 0, 0.4)',
}

export function declarations(tokens: object): string {
  return Object.entries(tokens)
    .map(([name, value]) => `${name}:${String(value)};`)
    .join('')
}
