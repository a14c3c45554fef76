import { index, type RouteConfig, route } from '@react-router/dev/routes'

export default [
  index('routes/home.tsx'),
  route('sign-in', 'routes/sign-in.tsx'),
  route('sign-out', 'routes/sign-out.ts'),
  route('account', 'routes/account.tsx'),
  route('api/cart', 'routes/cart.ts'),
  route('api/orders', 'routes/orders.ts'),
] satisfies RouteConfig
