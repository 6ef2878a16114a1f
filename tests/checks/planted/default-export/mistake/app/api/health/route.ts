export default async function handler(): Promise<Response> {
  return Response.json({ ok: true })
}
