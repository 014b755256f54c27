import { brandDefault, brandTokens } from './brand'
import { dark, declarations, light, sizes } from './tokens'

function block(selector: string, ...sets: object[]): string {
  const lines = sets.flatMap((set) => declarations(set).split(';').filter((line) => line !== ''))
  return `${selector} {\n${lines.map((line) => `  ${line.replace(':', ': ')};`).join('\n')}\n}\n`
}

/** tokens.css, from the same values. `data-wk-theme` or Mantine's own attribute chooses. */
export function stylesheet(): string {
  return [
    '/* Made from tokens.ts by its test (vitest run tokens -u); change it there. */\n',
    block(':root', sizes, light, brandTokens(brandDefault, 'light'), { 'color-scheme': 'light' }),
    block(":root[data-wk-theme='dark'],\n:root[data-mantine-color-scheme='dark']", dark, brandTokens(brandDefault, 'dark'), {
      'color-scheme': 'dark',
    }),
  ].join('\n')
}
