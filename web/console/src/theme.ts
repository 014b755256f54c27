// Mantine speaks the product's tokens (web/tokens).
import { createTheme, type MantineColorsTuple } from '@mantine/core'

const brand: MantineColorsTuple = ['#eaf0fd', '#d3e0fb', '#a6c0f7', '#789ff2', '#4b80ee', '#2563eb', '#1f58d6', '#1453dd', '#123fae', '#0e3391']

export const theme = createTheme({
  colors: { brand },
  primaryColor: 'brand',
  primaryShade: 5,
  fontFamily: 'var(--wk-font)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  radius: { sm: '6px', md: '10px', lg: '14px' },
  defaultRadius: 'sm',
  focusRing: 'auto',
  respectReducedMotion: true,
})
