/**
 * Headers with a meaning of their own, by what they mean something to. A token is sent in a request and in a response, so a
 * name is reserved if it means something in either: a proxy would obey the token, drop it, log it or overwrite it.
 * @see the registry of HTTP field names of IANA; the forbidden header names of Fetch
 */
const names: Readonly<Record<string, string>> = {
  'in HTTP':
    'age allow alt-svc authentication-info authorization connection cookie cookie2 date depth destination early-data etag ' +
    'expect expires from host http2-settings keep-alive last-modified lock-token location max-forwards overwrite ' +
    'pragma prefer preference-applied priority range referer retry-after server set-cookie set-cookie2 status te timeout ' +
    'trailer transfer-encoding upgrade user-agent vary via warning www-authenticate',
  'to browsers':
    'attribution-reporting-eligible clear-site-data content-security-policy critical-ch dnt document-policy downlink dpr ' +
    'ect expect-ct feature-policy integrity-policy large-allocation last-event-id link nel no-vary-search ' +
    'observe-browsing-topics origin origin-agent-cluster origin-trial permissions-policy ping-from ping-to ' +
    'public-key-pins purpose referrer-policy refresh report-to reporting-endpoints require-document-policy rtt ' +
    'save-data service-worker service-worker-allowed service-worker-navigation-preload set-login sourcemap ' +
    'speculation-rules strict-transport-security supports-loading-mode timing-allow-origin tk ' +
    'upgrade-insecure-requests use-as-dictionary viewport-width width x-content-type-options x-dns-prefetch-control ' +
    'x-download-options x-frame-options x-permitted-cross-domain-policies x-requested-with x-robots-tag ' +
    'x-sourcemap x-ua-compatible x-xss-protection',
  'to proxies and servers':
    'akamai-origin-hop baggage cdn-loop client-ip client-cert client-cert-chain edge-control fastly-client-ip ' +
    'forwarded front-end-https ' +
    'fly-client-ip request-id server-timing surrogate-capability surrogate-control surrogate-key traceparent ' +
    'tracestate true-client-ip x-cache x-client-ip x-cluster-client-ip x-correlation-id x-csrf-token ' +
    'x-forwarded x-host x-http-method x-http-method-override x-lighttpd-send-file x-lighttpd-send-tempfile ' +
    'x-lighttpd-send-file-range x-method-override x-original-host x-original-method x-original-uri x-original-url ' +
    'x-powered-by x-real-ip x-reproxy-url x-request-id x-request-start x-rewrite-url x-scheme x-sendfile ' +
    'x-sendfile-type x-sendfile-temporary x-server-push x-url-scheme x-xsrf-token',
}

/** Prefixes whose every name is reserved. */
const prefixes: Readonly<Record<string, string>> = {
  'in HTTP': 'accept cache content if proxy',
  'to browsers': 'access-control cross-origin sec',
  'to proxies and servers':
    'cf cloudfront fastly-debug fly netlify surrogate vercel x-accel x-akamai x-amz x-amzn x-appengine x-arr x-azure x-b3 ' +
    'x-cache x-cloud-trace x-datadog x-envoy x-fastly x-forwarded x-goog x-litespeed x-middleware x-ms x-nextjs ' +
    'x-nf x-original x-proxy x-reproxy x-varnish x-vercel x-wap',
}

const byName = new Map(
  Object.entries(names).flatMap(([what, list]) => list.split(' ').map((name) => [name, what])),
)
const byPrefix = Object.entries(prefixes).flatMap(([what, list]) =>
  list.split(' ').map((prefix) => [prefix, what] as const),
)

/** Returns what a header means something to, as in `'to browsers'`; `undefined` for a name that an application may use. */
export function reservedFor(lowerName: string): string | undefined {
  if (lowerName.endsWith('cache-control')) return 'to caches'
  const name = `${lowerName}-`
  return byName.get(lowerName) ?? byPrefix.find(([prefix]) => name.startsWith(`${prefix}-`))?.[1]
}
