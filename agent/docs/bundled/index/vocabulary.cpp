#include "agent/docs/bundled/index/vocabulary.hpp"

#include "agent/docs/knowledge/mentions.hpp"

#include <algorithm>
#include <array>

namespace agent {

namespace {

struct meaning {
    std::string_view said;     // any of these, separated by |; a star stands for any ending
    std::string_view written;  // words, separated by spaces
};

// In no order; each line stands for itself.
constexpr std::array meanings{
    // Who may do what.
    meaning{
        "tenant*|subdomain*|white label|many customers|per customer|saas", "multi-tenant tenant"},
    meaning{
        "too often|too many requests|429|throttl*|rate limit*|rate-limit*|brute force|abuse|flood*",
        "rate limiting"},
    meaning{
        "not logged in|unauthenticated|signed out|logged out|guest*|anonymous|logged in|401",
        "authentication unauthorized optimistic checks proxy redirect"},
    meaning{"login|log in|sign in|signin|authenticat*", "authentication session login"},
    meaning{"signup|sign up|register*|registration", "authentication signup form"},
    meaning{"logout|log out|sign out", "delete session authentication"},
    meaning{
        "cookie*|remember me|stay logged|current user|who the user is",
        "cookies session verifySession"},
    meaning{"jwt|token*", "session encrypt token"},
    meaning{
        "role*|permission*|admin*|allowed to|may not|forbidden|403|authoriz*|authoris*",
        "authorization role forbidden data access layer"},
    meaning{"dal|data access|one place|central*", "data access layer DAL"},
    meaning{
        "dto|leak*|expos*|too many fields|password hash|whole user|sensitive",
        "data transfer objects DTO data security taint server-only"},
    meaning{
        "by accident|never be handed|never reach*|must not reach|reach the client|reach the "
        "browser|client bundle|browser code|end up in the",
        "taint tainting server-only environment poisoning preventing client-side execution"},
    meaning{
        "build fail*|make the build fail|imported into",
        "server-only environment poisoning preventing client-side execution"},
    meaning{"secret*|api key*|credential*", "environment variables server-only secrets"},
    meaning{
        "oauth|google|github login|provider*|auth library",
        "authentication auth libraries providers"},
    meaning{
        "session store|database session*|stateless",
        "database sessions stateless session management"},
    meaning{"password*", "authentication hash"},
    // What browsers and networks enforce.
    meaning{
        "csrf|cross site|cross-site|forged|another origin|allowed origin*|behind a proxy",
        "allowedOrigins CSRF security origin"},
    meaning{"xss|inline script*|script injection|csp|nonce*", "content security policy CSP nonce"},
    meaning{
        "hsts|clickjack*|x-frame*|iframe*|security header*|sniff*",
        "headers Strict-Transport-Security X-Frame-Options security"},
    meaning{
        "cors|cross origin|cross-origin|another domain|other domain*|browser blocks|preflight*",
        "CORS headers Access-Control-Allow-Origin"},
    meaning{"powered by|x-powered-by", "poweredByHeader"},
    meaning{"compress*|gzip|brotli", "compress"},
    meaning{"cdn|cache-control|cache header*|edge cache", "CDN caching headers Cache-Control"},
    // Forms and actions.
    meaning{
        "validat*|schema*|check a form|check the form|check the input|field error*|next to "
        "each|next to the",
        "validation form validation errors schema useActionState"},
    meaning{"form|forms|submit*", "forms server actions"},
    meaning{
        "disabled|spinner|pending|while submitting|while saving|double submit*|twice",
        "pending useFormStatus useActionState"},
    meaning{
        "optimistic*|immediately|instantly|before the server answer*",
        "optimistic updates useOptimistic"},
    meaning{
        "hidden input|hidden field|extra argument*|additional argument*|record id",
        "passing additional arguments bind"},
    meaning{
        "mutat*|save|saving|saves|insert*|delete|deleting",
        "mutating data server actions functions"},
    meaning{
        "server action*|server function*|called from the client|function behind|use server",
        "server actions functions use server"},
    meaning{"in parallel|at once|one after the other|one by one", "sequential parallel dispatch"},
    meaning{
        "encrypt*|closure*|failed to find server action|unknown action|action id*",
        "encryption key NEXT_SERVER_ACTIONS_ENCRYPTION_KEY closed-over variables"},
    meaning{
        "1 mb|too large|body is over|413|bigger than|payload size|size limit|body limit|megabyte*",
        "bodySizeLimit body size proxyClientMaxBodySize"},
    meaning{"upload*|photo*|image*|multipart|attachment*", "formData upload body size limit"},
    // Caching.
    meaning{
        "old data|old value*|old name|stale|outdated|still see*|still show*|second reload|read "
        "your|immediately see",
        "updateTag revalidateTag revalidatePath refresh read-your-own-writes stale"},
    meaning{
        "invalidat*|purg*|bust*|flush*|clear the cache",
        "revalidateTag updateTag revalidatePath revalidating invalidation"},
    meaning{
        "isr|regenerat*|every few|every minute|every hour|minute*|hour*|once a day|ttl|seconds",
        "cacheLife revalidate incremental static regeneration time-based"},
    meaning{"cach*|remember the result|memoi*", "caching use cache cacheTag cacheLife"},
    meaning{
        "without cache components|no cachecomponents|without cachecomponents|cachecomponents "
        "off|cachecomponents is off|previous model|previous caching|old caching",
        "caching without cache components previous model unstable_cache fetch revalidate route "
        "segment config dynamic"},
    meaning{"dedup*|same request|same query", "React cache deduplicate memoization"},
    meaning{
        "on every request|always fresh|always dynamic|never static|never cached|per "
        "request|request time|opt out",
        "dynamic connection force-dynamic request-time noStore"},
    meaning{
        "prerender*|statically|static page*|build time|at build",
        "static prerendering generateStaticParams"},
    meaning{
        "known ids|which slugs|list of slugs|list of ids", "generateStaticParams dynamicParams"},
    meaning{
        "per user|private|personal*|user specific|user-specific",
        "use cache private cookies personalized"},
    meaning{
        "redis|shared cache|external cache|own cache|cache store|memcached",
        "cacheHandlers cacheHandler use cache remote custom handler"},
    meaning{"orm|database|db|sql|query|queries", "database ORM fetching data"},
    meaning{
        "remember the result of an orm|cache a query|cache an orm|cache a database",
        "unstable_cache use cache"},
    meaning{
        "same time|parallel|waterfall*|wait for each other|concurrent*|simultaneous*|independent",
        "parallel data fetching Promise.all"},
    meaning{"one after another|sequential*|depends on", "sequential data fetching"},
    // Requests and responses.
    meaning{
        "dynamic segment*|dynamic route*|catch all|catch-all|url parameter*|path "
        "parameter*|slug*|params",
        "params dynamic route segments"},
    meaning{
        "query string|searchparams|search params|query parameter*|filter in the url",
        "searchParams nextUrl query parameters"},
    meaning{
        "promise|await*|synchronous*|async params|async cookies|async headers",
        "async request APIs params promise await"},
    meaning{
        "same folder|page and an api|page and a route",
        "route resolution convention route.js page.js conflict"},
    meaning{"endpoint*|rest|api|crud|http method*|verb*", "route handlers route.js HTTP methods"},
    meaning{
        "json body|request body|read the body|posted json|post body",
        "request body route handlers"},
    meaning{
        "webhook*|callback from|payment provider|signature*|signed by",
        "webhooks route handlers request body raw text"},
    meaning{"raw body|bodyparser|unparsed", "webhooks request.text bodyParser"},
    meaning{
        "download*|csv|pdf|xml|rss|feed|sitemap*|binary|content type|content-type",
        "non-UI responses route handlers response headers"},
    meaning{
        "chunk*|stream*|piece by piece|token by token|sse|server sent|server-sent|event "
        "stream|progressive*|being produced|as it is produced",
        "streaming ReadableStream route handlers"},
    meaning{"websocket*|real time|realtime|push to the", "streaming server-sent events"},
    meaning{"suspense|loading|skeleton*|fallback*", "loading Suspense streaming"},
    meaning{
        "bearer|authorization header|incoming header*|incoming request|user agent|client ip|ip "
        "address|request header*",
        "headers request userAgent"},
    meaning{
        "down to the page|to the page|forward*|pass along",
        "setting headers request headers NextResponse.next"},
    meaning{
        "middleware|intercept*|before anything|before every|before each|in front of",
        "proxy proxy.js"},
    meaning{
        "only for some|certain path*|some path*|skip static|skip assets|exclude*|which "
        "paths|matcher|not for images",
        "matcher proxy"},
    meaning{"edge|runtime|node api*|node module*", "runtime proxy edge nodejs"},
    meaning{
        "redirect*|send visitors|send users|send people|moved|old url*|permanent*|301|308",
        "redirecting redirect permanentRedirect redirects NextResponse.redirect"},
    meaning{
        "thousands of redirects|many redirects|redirect map|hundreds of redirects",
        "managing redirects at scale bloom filter"},
    meaning{
        "rewrit*|reverse proxy|legacy backend|legacy app|another backend|existing backend|mask*",
        "rewrites proxying to a backend NextResponse.rewrite"},
    meaning{
        "locale*|language*|i18n|translat*|internationali*|browser setting*",
        "internationalization locale i18n routing"},
    meaning{
        "a/b|ab test*|experiment*|feature flag*|geo*|country",
        "proxy rewrite cookies feature flags"},
    meaning{"base path|sub path|subpath|subfolder", "basePath"},
    meaning{"trailing slash*|slash at the end", "trailingSlash"},
    meaning{
        "bff|backend for|api gateway|public endpoint*|mobile app*",
        "backend for frontend proxying public endpoints"},
    meaning{
        "404|not exist|does not exist|missing record|unknown id|not found", "notFound not-found"},
    // Work that is not a response.
    meaning{
        "response was sent|after the response|after responding|after the reply|background|fire and "
        "forget|not block*|without delaying|without slowing|later",
        "after waitUntil"},
    meaning{"cron|schedul*|nightly|every night|periodic*", "cron route handlers after"},
    meaning{
        "queue*|job|jobs|worker*|long running|takes minutes|timeout|time out|maximum "
        "duration|killed after",
        "maxDuration after background"},
    meaning{"shut down|shutdown|sigterm|graceful*|drain*", "graceful shutdown self-hosting after"},
    // Configuration and running it.
    meaning{
        "env|environment|.env|dotenv|env file|process.env",
        "environment variables loading NEXT_PUBLIC"},
    meaning{
        "which wins|wins when|file wins|precedence|priority|several of them|load order",
        "environment variable load order"},
    meaning{
        "drizzle.config*|prisma.config*|orm config|seed script|script outside|outside of "
        "next|outside next",
        "loadEnvConfig @next/env outside runtime"},
    meaning{
        "same image|same build|runtime value*|runtime variable*|read at runtime|per "
        "environment|staging",
        "runtime environment variables self-hosting connection"},
    meaning{
        "replica*|pod|pods|several instances|instances|several servers|multiple "
        "servers|horizontal*|cluster|load balancer|kubernetes|k8s",
        "multi-instance self-hosting cacheHandlers multi-server distributed coordination"},
    meaning{
        "docker*|container*|standalone|own server|vps|self host*|self-host*|node server",
        "self-hosting output standalone deploying docker"},
    meaning{
        "deploy*|rollout|version skew|old client*|new release",
        "deploying version skew deploymentId"},
    meaning{
        "bundl*|native module*|cannot be bundled|binary module*",
        "serverExternalPackages package bundling"},
    meaning{
        "monorepo*|workspace*|shared package*|transpil*",
        "transpilePackages outputFileTracingRoot monorepo"},
    meaning{
        "missing file*|file is missing|include file*|trace file*|file tracing",
        "outputFileTracingIncludes output tracing"},
    meaning{
        "typed|type safe|type-safe|typescript|types for|typegen",
        "TypeScript RouteContext typed routes typegen"},
    meaning{
        "hot reload*|hmr|too many connections|new client each|new connection each",
        "development singleton serverComponentsHmrCache"},
    meaning{
        "upgrad*|migrat*|codemod*|rename*|deprecated|from next 1*|from version",
        "upgrading codemods version 16 migration"},
    // Seeing what happens.
    meaning{
        "boot|on startup|server start*|once when the server|initiali*|warm up",
        "instrumentation register"},
    meaning{
        "trac*|otel|telemetry|opentelemetry|span|spans|apm", "OpenTelemetry instrumentation spans"},
    meaning{
        "log|logs|logging|monitor*|sentry|datadog|report errors|report every|observab*",
        "instrumentation onRequestError logging"},
    meaning{
        "error*|fail*|crash*|exception*|throw*|went wrong",
        "error handling error.js handling errors"},
    meaning{
        "swallow*|inside try|inside a try|try catch|try/catch|catch block",
        "unstable_rethrow redirect try catch"},
    meaning{"expected error*|return an error|error message*", "expected errors useActionState"},
    meaning{"generic message|digest|stack trace*|hidden in production", "error digest production"},
    meaning{"whole app|root layout error|last resort", "global-error"},
    meaning{"health*|readiness|liveness", "route handlers self-hosting"},
    meaning{"test|tests|testing|mock*|unit test*", "testing jest vitest playwright cypress"},
    meaning{"cannot find module|path alias*|@/*", "module path aliases absolute imports paths"},
    meaning{"e2e|end to end|end-to-end", "playwright cypress end-to-end"},
    meaning{
        "preview*|draft*|cms|unpublished|setpreviewdata|headless",
        "draft mode draftMode preview content"},
    meaning{
        "getserversideprops|getstaticprops|getinitialprops|pages/api|api routes",
        "app router migration data fetching API routes route handlers"},
    meaning{"mcp|coding agent*|ai agent*", "MCP agents"},
    // What libraries call it.
    meaning{"idempoten*|charged twice|twice charged|retry safely", "idempotency idempotencyKey"},
    meaning{"expir*|valid for|lifetime", "expiresIn expires expiration ttl maxAge"},
    meaning{"presign*|signed url*|direct upload", "getSignedUrl presigned"},
    meaning{"retry|retries|try again|backoff", "attempts backoff retries retry"},
    meaning{"delay*|run later|in the future", "delay schedule"},
    meaning{"redact*|mask*", "redact"},
    meaning{"child logger|request id|correlation*", "child bindings mixin"},
    meaning{"transaction*|atomic*|all or nothing|rollback", "transaction rollback"},
    meaning{"upsert*|on conflict|insert or update", "onConflictDoUpdate upsert"},
    meaning{
        "paginat*|next page|cursor*|infinite scroll",
        "pagination limit offset cursor starting_after"},
    meaning{"connection pool*|pool size|max connections", "pool max connection"},
    meaning{"concurren*|how many at once", "concurrency limiter"},
    meaning{"sliding|fixed window|token bucket", "slidingWindow fixedWindow tokenBucket limiter"},
    meaning{"html mail|template*|attachment*", "html attachments"},
    meaning{
        "structured output|json from the model|object from the model",
        "generateObject output schema"},
    meaning{"tool call*|function call*|let the model call", "tools tool calling"},
    meaning{"lock|mutex|only one at a time", "lock SET NX"},
    meaning{"fake timer*|freeze time|system time|fake clock", "useFakeTimers setSystemTime"},
    meaning{"never write|never log|into the log|in the log*|from the log*", "redact redaction"},
    meaning{"give back|money back|reimburs*|refund*", "refund"},
    meaning{
        "must match|confirm field|repeat password|two fields|another field",
        "forward partialCheck refine superRefine"},
    meaning{"freez*|current date|pretend it is", "setSystemTime useFakeTimers"},
    meaning{
        "never succeed|give up at once|do not retry|not worth retrying",
        "UnrecoverableError NonRetriableError unrecoverable"},
    meaning{"things are quiet|burst*|many edits|collapse", "debounce"},
    meaning{"wait three|wait a|days|days later", "sleep wait delay"},
    meaning{
        "part jobs|child jobs|sub jobs|children|all parts", "flow FlowProducer children parent"},
    meaning{"come from the|really from|genuine|verify that", "verify signature Receiver webhook"},
    meaning{"_url variable|_url|from the environment|from env", "fromEnv environment"},
    meaning{"json column|jsonb", "json jsonb $type"},
    meaning{
        "change by itself|updated_at|automatically on every update|last modified",
        "$onUpdate $onUpdateFn updatedAt"},
    meaning{"customer portal|manage their subscription", "billing portal session"},
    meaning{"subscription*|recurring|monthly", "subscription price recurring"},
    meaning{"checkout", "checkout session line_items"},
    meaning{"enum|one of several|fixed set", "enum picklist union"},
    meaning{
        "strip unknown|unknown keys|extra keys|no other keys", "strict strictObject looseObject"},
    meaning{"convert|parse a number|string to number|coerc*", "coerce transform"},
    meaning{"spy|stub*|replace a function|fake a module", "mock spyOn vi.mock stubEnv"},
    meaning{"dead letter|failed job*|jobs that failed", "failed removeOnFail dead letter queue"},
    meaning{"repeat*|every day|every monday", "repeat cron schedule upsertJobScheduler"},
    meaning{"leader|pub/sub|publish*|subscrib*", "publish subscribe pubsub"},
    meaning{
        "reconnect*|connection lost|connection drops",
        "retryStrategy reconnectOnError maxRetriesPerRequest"},
    meaning{"batch*|in bulk|bulk|several rows", "batch bulk pipeline"},
};

}  // namespace

std::vector<std::string_view> written_for(std::string_view question)
{
    auto const text = searchable(question);
    std::vector<std::string_view> out;
    for (auto const& m : meanings) {
        auto said = m.said;
        bool found = false;
        while (!found && !said.empty()) {
            auto const bar = std::min(said.find('|'), said.size());
            found = !mentions(text, said.substr(0, bar)).empty();
            said.remove_prefix(std::min(bar + 1, said.size()));
        }
        if (found)
            out.push_back(m.written);
    }
    return out;
}

}  // namespace agent
