import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import { entityTag, matchesWeakly } from "../../records/etag.ts"
import type { Compression } from "../compression.ts"
import { DocsAssets, docsAssetTypes, isDocsAsset } from "../docs-assets.ts"
import type { InsiderParts } from "../insiders.ts"
import { notFound, requireDocs } from "../not-found.ts"
import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"
import type { ResourceHandlers } from "../resource.ts"

/** Nothing from elsewhere, no script in the page itself; pictures in style sheets are data URLs. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")

/** Serves `/docs`: the API document as a page on which requests can be tried, from files of the package. */
export function docsPageRoutes(app: FastifyInstance, parts: HttpParts & InsiderParts, compression: Compression): void {
  const assets = new DocsAssets()

  const page: ResourceHandlers = {
    async GET(request, reply) {
      const html = pageHtml(await assets.version())
      const etag = entityTag(html)
      reply.header("etag", etag).header("cache-control", "no-cache").header("content-security-policy", contentPolicy)
      if (matchesWeakly(request.headers["if-none-match"] ?? "", etag)) return reply.code(304).send()
      reply.header("content-type", "text/html; charset=utf-8").header("referrer-policy", "no-referrer")
      return sendAs(compression, request, reply, html)
    },
  }
  const asset: ResourceHandlers = {
    async GET(request, reply) {
      const { version, file } = request.params as { readonly version: string; readonly file: string }
      if (!isDocsAsset(file) || version !== (await assets.version())) throw notFound(request.raw, parts)
      reply.header("content-type", docsAssetTypes[file]).header("cache-control", "public, max-age=31536000, immutable")
      return sendAs(compression, request, reply, await assets.read(file))
    },
  }
  const requireServed = requireDocs(parts)
  addResource(app, "/docs", page, requireServed)
  addResource(app, "/docs/assets/:version/:file", asset, requireServed)
}

function sendAs(
  compression: Compression,
  request: FastifyRequest,
  reply: FastifyReply,
  body: string | Uint8Array,
): FastifyReply {
  compression.send(request, reply, body)
  return reply
}

function pageHtml(version: string): string {
  const assets = `/docs/assets/${version}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API</title>
<link rel="icon" type="image/png" href="${assets}/favicon-32x32.png">
<link rel="stylesheet" href="${assets}/swagger-ui.css">
<link rel="stylesheet" href="${assets}/page.css">
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript. The document itself: <a href="/api/openapi.json">/api/openapi.json</a></noscript>
<script src="${assets}/swagger-ui-bundle.js"></script>
<script src="${assets}/page.js"></script>
</body>
</html>
`
}
