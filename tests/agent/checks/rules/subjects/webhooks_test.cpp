#include "../rule_check.hpp"

namespace webhooks_test {

using test::broken;
using test::names;

TEST_CASE("a webhook's signature is verified over the bytes of its body")
{
    names const found{"webhook-parsed-before-verified"};
    CHECK(broken("app/api/webhook/route.ts", R"(
import { stripe } from '@/lib/stripe'
export async function POST(request: Request) {
  const body = await request.json()
  const event = stripe.webhooks.constructEvent(JSON.stringify(body), request.headers.get('stripe-signature')!, secret)
  return Response.json(event)
}
)") == found);
    CHECK(broken("app/api/hook/route.ts", R"(
import { createHmac } from 'node:crypto'
export async function POST(req: Request) {
  const body = await req.json()
  const mac = createHmac('sha256', key).update(JSON.stringify(body)).digest()
  if (!equal(mac, req.headers.get('x-hub-signature-256'))) return new Response('', { status: 401 })
  return new Response()
}
)") == found);
    CHECK(broken("app/api/webhook/route.ts", R"(
import { stripe } from '@/lib/stripe'
export async function POST(request: Request) {
  const event = stripe.webhooks.constructEvent(await request.text(), signature, secret)
  const other = await fetch('https://a.example').then((r) => r.json())
  return Response.json([event, other])
}
)")
              .empty());
    // Signing something of one's own is another matter.
    CHECK(broken("app/api/tokens/route.ts", R"(
import { createHmac } from 'node:crypto'
export async function POST(request: Request) {
  const body = await request.json()
  const token = createHmac('sha256', key).update(body.id).digest('hex')
  return Response.json({ token })
}
)")
              .empty());
    CHECK(broken("app/api/hook/route.ts", R"(
import { createHmac } from 'node:crypto'
export async function POST(request: Request) {
  const body = await request.clone().json()
  const mac = createHmac('sha256', key).update(await request.text()).digest('hex')
  return Response.json({ ok: same(mac, request.headers.get('x-signature')), body })
}
)")
              .empty());
}

TEST_CASE("a webhook asks who sends it")
{
    CHECK(broken("app/api/webhooks/orders/route.ts", R"(
export async function POST(request: Request) { await store(await request.json()); return new Response() }
)") == names{"webhook-unverified"});
    CHECK(broken("app/api/webhooks/orders/route.ts", R"(
import { verifyWebhook } from '@clerk/nextjs/webhooks'
export async function POST(request: Request) { await store(await verifyWebhook(request)); return new Response() }
)")
              .empty());
    CHECK(broken("app/api/orders/route.ts", R"(
export async function POST(request: Request) { await store(await request.json()); return new Response() }
)")
              .empty());
}

TEST_CASE("a signature is compared in constant time")
{
    names const found{"signature-compared-with-equals"};
    CHECK(broken("lib/verify.ts", R"(
import { createHmac } from 'node:crypto'
export const verify = (body: string, given: string) => {
  const expected = createHmac('sha256', key).update(body).digest('hex')
  return expected === given
}
)") == found);
    CHECK(broken("lib/verify.ts", R"(
import crypto from 'node:crypto'
export const verify = (body, given) => crypto.createHmac('sha256', key).update(body).digest('hex') !== given
)") == found);
    CHECK(broken("lib/verify.ts", R"(
import { createHmac, timingSafeEqual } from 'node:crypto'
export const verify = (body: string, given: string) => {
  const expected = createHmac('sha256', key).update(body).digest()
  return expected.length === given.length && timingSafeEqual(expected, Buffer.from(given, 'hex'))
}
)")
              .empty());
    CHECK(broken("lib/etag.ts", R"(
import { createHash } from 'node:crypto' // not createHmac
export const fresh = (body, tag) => createHash('sha256').update(body).digest('hex') === tag
)")
              .empty());
}

}  // namespace webhooks_test
