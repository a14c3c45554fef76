import type { ReactNode } from 'react'

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <title>The shop in Next.js</title>
      </head>
      <body>{children}</body>
    </html>
  )
}
